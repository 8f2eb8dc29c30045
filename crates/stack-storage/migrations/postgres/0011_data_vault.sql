-- The values of the data vault, sealed. They are found by the SHA-256 of their key.

CREATE TABLE data_vault_values (
    project_id TEXT COLLATE "C" NOT NULL,
    store_id TEXT COLLATE "C" NOT NULL,
    key_hash BYTEA NOT NULL,
    updated_at BIGINT NOT NULL,
    sealed_value TEXT NOT NULL,
    CONSTRAINT data_vault_values_pkey PRIMARY KEY (project_id, store_id, key_hash),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
