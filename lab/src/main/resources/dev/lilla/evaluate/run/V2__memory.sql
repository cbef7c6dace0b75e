-- What a model took in a process that did nothing but a trial.
CREATE TABLE memory (
  model_digest TEXT NOT NULL,
  trial TEXT NOT NULL,
  peak_bytes INTEGER NOT NULL,
  measured TEXT NOT NULL,
  PRIMARY KEY (model_digest, trial)
);
