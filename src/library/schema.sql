-- A library: one SQLite file, changed one document a transaction. This is version 2 (PRAGMA user_version);
-- migration.cc makes it of earlier ones.
-- The full-text index and any vector index are derived; what the other tables hold is the truth.

CREATE TABLE folders (          -- what `index` was given: folders, single files, playlists, videos
  path BLOB PRIMARY KEY,        -- absolute; BLOB because a path is bytes
  seal TEXT NOT NULL DEFAULT '' -- see seals
) WITHOUT ROWID;

CREATE TABLE recipes (          -- what made a document's rows; where it is not today's, `index` makes them anew
  id              INTEGER PRIMARY KEY,
  extractor       INTEGER NOT NULL,  -- kExtractorVersion
  chunker         INTEGER NOT NULL,  -- kChunkerVersion
  embedding_model TEXT NOT NULL,     -- its content hash
  embedding_size  INTEGER NOT NULL,
  UNIQUE (extractor, chunker, embedding_model, embedding_size)
);

CREATE TABLE documents (
  id           INTEGER PRIMARY KEY,
  path         BLOB NOT NULL UNIQUE,  -- absolute, or a video's address
  recipe       INTEGER NOT NULL REFERENCES recipes(id),
  size         INTEGER NOT NULL,      -- bytes; 0 for a video, as is modified_ns
  modified_ns  INTEGER NOT NULL,      -- since 1970
  content_hash TEXT NOT NULL,         -- SHA-256; empty where the file could not be read: the next `index` tries again
  type         TEXT NOT NULL,         -- "pdf", "docx", …, "youtube/de" (captions in that language were asked for), "excluded" (somebody took it out of the library); empty where it is none that Lectern reads
  title        TEXT NOT NULL DEFAULT '',
  text         TEXT,                  -- as extracted, what every span counts in; NULL where it failed
  failure      TEXT                   -- why it could not be read; NULL where it was
);
CREATE INDEX documents_by_content ON documents (content_hash);

CREATE TABLE headings (
  document   INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  span_begin INTEGER NOT NULL,
  span_end   INTEGER NOT NULL,
  level      INTEGER NOT NULL,  -- from 1, the outermost
  PRIMARY KEY (document, span_begin)
) WITHOUT ROWID;

CREATE TABLE pages (            -- of documents that have pages
  document   INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,  -- physical, from 1
  span_begin INTEGER NOT NULL,
  span_end   INTEGER NOT NULL,
  boxes      BLOB,              -- word boxes, library/word_boxes.h
  PRIMARY KEY (document, number)
) WITHOUT ROWID;

CREATE TABLE times (            -- of recordings: when parts of the text are said
  document     INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  span_begin   INTEGER NOT NULL,  -- the byte from which on it holds
  milliseconds INTEGER NOT NULL,  -- since the recording's beginning
  PRIMARY KEY (document, span_begin)
) WITHOUT ROWID;

CREATE TABLE playlist_videos (  -- what a playlist held when it was indexed last
  playlist BLOB NOT NULL REFERENCES folders(path) ON DELETE CASCADE,
  video    BLOB NOT NULL,       -- documents.path
  PRIMARY KEY (playlist, video)
) WITHOUT ROWID;

CREATE TABLE chunks (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: a vector index may lag behind
  document    INTEGER NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
  page        INTEGER,          -- where it begins
  heading     TEXT NOT NULL,    -- "Chapter › Section", or empty
  span_begin  INTEGER NOT NULL,
  span_end    INTEGER NOT NULL,
  word_pieces INTEGER NOT NULL, -- of its text
  embedding   BLOB NOT NULL     -- F16 [parts, embedding_size], each of length 1: chunker.h
);
CREATE INDEX chunks_of_document ON chunks (document);

-- What each document's rows held when they were written, as SHA-256 (seal.h): `lectern library verify` finds by it what
-- changed since.
CREATE TABLE seals (
  document INTEGER PRIMARY KEY REFERENCES documents(id) ON DELETE CASCADE,
  content  TEXT NOT NULL,  -- its row with its recipe, headings, pages, times
  passages TEXT NOT NULL,  -- its chunks with their embeddings
  words    TEXT NOT NULL   -- its rows of chunk_words
);

-- rowid = chunks.id. It keeps its own text: a row can then be deleted whatever ICU made of that text meanwhile.
CREATE VIRTUAL TABLE chunk_words USING fts5 (
  heading, body, tokenize = 'porter unicode61 remove_diacritics 2'
);
