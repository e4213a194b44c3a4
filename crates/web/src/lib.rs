//! Routers, extractors, the REST API, the pages and problems. Holds neither rules nor SQL.
