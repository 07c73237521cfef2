-- A library: one SQLite file, changed one document a transaction. This is version 1 (PRAGMA user_version).
-- The full-text index and any vector index are derived; what the other tables hold is the truth.

CREATE TABLE properties (       -- "embedding_model" (content hash), "embedding_size", "chunker" (version)
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE folders (          -- what `index` was given: folders, or single files
  path BLOB PRIMARY KEY         -- absolute; BLOB because a path is bytes
) WITHOUT ROWID;

CREATE TABLE documents (
  id           INTEGER PRIMARY KEY,
  path         BLOB NOT NULL UNIQUE,  -- absolute
  size         INTEGER NOT NULL,      -- bytes
  modified_ns  INTEGER NOT NULL,      -- since 1970
  content_hash TEXT NOT NULL,         -- SHA-256; empty where the file could not be read
  type         TEXT NOT NULL,         -- "pdf", "docx", …
  title        TEXT NOT NULL DEFAULT '',
  text         TEXT,                  -- as extracted, what every span counts in; NULL where it failed
  failure      TEXT                   -- why it could not be read; NULL where it was
);

CREATE TABLE pages (            -- of documents that have pages
  document   INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,  -- physical, from 1
  span_begin INTEGER NOT NULL,
  span_end   INTEGER NOT NULL,
  boxes      BLOB,              -- word boxes, library/word_boxes.h
  PRIMARY KEY (document, number)
) WITHOUT ROWID;

CREATE TABLE chunks (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: a vector index may lag behind
  document    INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  page        INTEGER,          -- where it begins
  heading     TEXT NOT NULL,    -- "Chapter › Section", or empty
  span_begin  INTEGER NOT NULL,
  span_end    INTEGER NOT NULL,
  word_pieces INTEGER NOT NULL,
  embedding   BLOB NOT NULL     -- F16 [embedding_size], length 1
);
CREATE INDEX chunks_of_document ON chunks (document);

CREATE VIRTUAL TABLE chunk_words USING fts5 (  -- rowid = chunks.id
  heading, body, content = '', tokenize = 'porter unicode61 remove_diacritics 2'
);
