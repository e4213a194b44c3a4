//! Templates and one view struct per page. Knows neither HTTP nor SQL.
