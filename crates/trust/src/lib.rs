//! Controls, evidence and the trust page's data. Shows nothing green without evidence.
