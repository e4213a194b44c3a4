//! A name server (RFC 1035) that has the TXT records which a test writes, and no other name.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hickory_resolver::proto::op::{Message, ResponseCode};
use hickory_resolver::proto::rr::rdata::TXT;
use hickory_resolver::proto::rr::{RData, Record, RecordType};
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;

type Zone = Arc<Mutex<HashMap<String, Vec<String>>>>;

pub(super) struct NameServer {
    pub(super) address: SocketAddr,
    zone: Zone,
    state: Arc<State>,
    task: AbortHandle,
}

#[derive(Default)]
struct State {
    fails: AtomicBool,
    asked: AtomicUsize,
}

impl NameServer {
    pub(super) async fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let zone = Zone::default();
        let state = Arc::<State>::default();
        let task = tokio::spawn(answer(socket, Arc::clone(&zone), Arc::clone(&state)));
        Self {
            address,
            zone,
            state,
            task: task.abort_handle(),
        }
    }

    /// Answers nobody's question from here on: SERVFAIL.
    pub(super) fn fail(&self) {
        self.state.fails.store(true, Ordering::SeqCst);
    }

    /// How many questions there were.
    pub(super) fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// Writes a record in place of those at the name; none takes them away.
    pub(super) fn write(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|&text| text.to_owned()).collect();
        let mut zone = self.zone.lock().unwrap_or_else(PoisonError::into_inner);
        zone.insert(format!("{name}."), texts);
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(socket: UdpSocket, zone: Zone, state: Arc<State>) {
    let mut buffer = [0_u8; 4096];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
        let asked = Message::from_vec(&buffer[..length]).unwrap();
        let query = &asked.queries[0];
        let mut answer = Message::response(asked.metadata.id, asked.metadata.op_code);
        answer.add_query(query.clone());
        let name = query.name().to_string().to_lowercase();
        let texts = {
            let zone = zone.lock().unwrap_or_else(PoisonError::into_inner);
            zone.get(&name).cloned().unwrap_or_default()
        };
        state.asked.fetch_add(1, Ordering::SeqCst);
        if state.fails.load(Ordering::SeqCst) {
            answer.metadata.response_code = ResponseCode::ServFail;
        } else if texts.is_empty() {
            answer.metadata.response_code = ResponseCode::NXDomain;
        } else if query.query_type() == RecordType::TXT {
            for text in texts {
                let data = RData::TXT(TXT::new(vec![text]));
                answer.add_answer(Record::from_rdata(query.name().clone(), 60, data));
            }
        }
        socket
            .send_to(&answer.to_vec().unwrap(), from)
            .await
            .unwrap();
    }
}
