-- A model under a protocol. What it used of the machine adds up over interruptions.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  model TEXT NOT NULL,
  model_digest TEXT NOT NULL,
  task TEXT NOT NULL,
  protocol TEXT NOT NULL,
  facts TEXT NOT NULL,
  started TEXT NOT NULL,
  wall_nanos INTEGER NOT NULL DEFAULT 0,
  cpu_nanos INTEGER NOT NULL DEFAULT 0,
  peak_bytes INTEGER,
  joules REAL,
  UNIQUE (model_digest, protocol)
);

-- What came back for each example, as JSON; written as soon as it is there.
CREATE TABLE answer (
  run INTEGER NOT NULL REFERENCES run (id),
  example INTEGER NOT NULL,
  name TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (run, example)
);

CREATE TABLE score (
  run INTEGER NOT NULL REFERENCES run (id),
  metric TEXT NOT NULL,
  value REAL,
  low REAL,
  high REAL,
  method TEXT NOT NULL,
  examples INTEGER NOT NULL,
  PRIMARY KEY (run, metric)
);
