-- Which generation of a project's signing keys signs from when on. Generation 0 signs before the first of them. The keys
-- are derived from the server's secret; none is stored.

CREATE TABLE key_rotations (
    project_id TEXT COLLATE "C" NOT NULL,
    generation BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    signs_from BIGINT NOT NULL,
    CONSTRAINT key_rotations_pkey PRIMARY KEY (project_id, generation),
    FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE
);
