use super::Call;

impl Call {
    /// Whether it waits for somebody else: an app, an identity provider, DNS, a bucket. They answer when they like. Files
    /// have places of their own.
    pub(crate) const fn leaves(&self) -> bool {
        match self {
            Self::FinishConnect { .. }
            | Self::KeepCredential { .. }
            | Self::Read { .. }
            | Self::Disconnect { .. }
            | Self::BeginIssuer { .. }
            | Self::FinishIssuer(_)
            | Self::TestFiles
            | Self::CheckDomain { .. } => true,
            Self::BeginConnect { .. }
            | Self::Propose { .. }
            | Self::Show { .. }
            | Self::Find { .. }
            | Self::DisconnectAll { .. }
            | Self::BeginAuthenticator
            | Self::TryCode { .. }
            | Self::BeginPasskey { .. }
            | Self::AddPasskey { .. }
            | Self::GivePasskey { .. }
            | Self::SignInByPasskey { .. }
            | Self::KeepProviderSecret { .. }
            | Self::IssueAccessToken { .. }
            | Self::PutFile { .. }
            | Self::GetFile { .. }
            | Self::SelfTest
            | Self::HeldMails => false,
        }
    }
}
