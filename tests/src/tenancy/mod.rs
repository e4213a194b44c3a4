mod forged_context;
mod two_tenants;
