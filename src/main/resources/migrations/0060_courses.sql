-- up
-- '' is what the role says; guest and teacher are sets of permissions of the code and course API
ALTER TABLE account ADD COLUMN standing TEXT NOT NULL DEFAULT '';

-- where somebody is in a lesson, and the code they left there; files is JSON, name to text
CREATE TABLE lesson_progress (
    id {{seq}},
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    completed INTEGER NOT NULL DEFAULT 0,
    cursor TEXT NOT NULL DEFAULT '{"line":1,"column":1}',
    started_at BIGINT NOT NULL,
    completed_at BIGINT,
    last_access_at BIGINT NOT NULL,
    current_code TEXT,
    files TEXT,
    UNIQUE (account_id, course, lesson)
);
CREATE INDEX lesson_progress_recent ON lesson_progress (account_id, last_access_at);
CREATE INDEX lesson_progress_lesson ON lesson_progress (course, lesson, completed);

-- source: client (told by a program), run (of a lesson's code), graded. status: queued, then success, error, timeout or
-- for graded ones pass, fail, error, timeout. credit: the part of the points that the time of the submission leaves.
CREATE TABLE submission (
    id {{seq}},
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    source TEXT NOT NULL,
    status TEXT NOT NULL,
    content_hash TEXT NOT NULL DEFAULT '',
    score DOUBLE PRECISION,
    points DOUBLE PRECISION,
    credit DOUBLE PRECISION NOT NULL DEFAULT 1,
    gradable INTEGER NOT NULL DEFAULT 1,
    late INTEGER NOT NULL DEFAULT 0,
    run_ms DOUBLE PRECISION,
    mistake TEXT,
    submitted_at BIGINT NOT NULL,
    graded_at BIGINT,
    files TEXT NOT NULL,
    output TEXT,
    tests TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX submission_lesson_of ON submission (account_id, course, lesson, submitted_at);
CREATE INDEX submission_of ON submission (account_id, submitted_at);
CREATE INDEX submission_lesson ON submission (course, lesson, source, id);
CREATE INDEX submission_queued ON submission (account_id, status) WHERE status = 'queued';

-- the gradebook reads this table alone
CREATE TABLE best_score (
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    submission_id BIGINT NOT NULL,
    points DOUBLE PRECISION NOT NULL,
    attempts INTEGER NOT NULL,
    passed_at BIGINT,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (course, lesson, account_id)
);
CREATE INDEX best_score_of ON best_score (account_id, course);

CREATE TABLE exercise_override (
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    due_at BIGINT,
    attempts INTEGER,
    PRIMARY KEY (course, lesson, account_id)
);
CREATE INDEX exercise_override_of ON exercise_override (account_id);

-- kind: mistake, step or tutor
CREATE TABLE hint (
    id {{seq}},
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    submission_id BIGINT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX hint_of ON hint (account_id, course, lesson, id);
CREATE INDEX hint_lesson ON hint (course, lesson, id);

CREATE TABLE tutor_message (
    id {{seq}},
    account_id TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    course TEXT,
    lesson TEXT,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    meta TEXT NOT NULL DEFAULT '{}',
    created_at BIGINT NOT NULL
);
CREATE INDEX tutor_message_of ON tutor_message (account_id, created_at);
CREATE INDEX tutor_message_lesson ON tutor_message (account_id, course, lesson, created_at);

CREATE TABLE tutor_key (
    account_id TEXT PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret_enc TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- a new verdict on stored submissions; nothing counts until it is applied. state: running, ready, applied, discarded
CREATE TABLE regrade (
    id {{seq}},
    course TEXT NOT NULL,
    lesson TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    upto BIGINT NOT NULL,
    reached BIGINT NOT NULL DEFAULT 0,
    account_id TEXT REFERENCES account (id) ON DELETE SET NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX regrade_lesson ON regrade (course, lesson, id);
CREATE INDEX regrade_account ON regrade (account_id);

CREATE TABLE regrade_change (
    regrade_id BIGINT NOT NULL REFERENCES regrade (id) ON DELETE CASCADE,
    submission_id BIGINT NOT NULL REFERENCES submission (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    score DOUBLE PRECISION NOT NULL,
    points DOUBLE PRECISION NOT NULL,
    gradable INTEGER NOT NULL,
    mistake TEXT,
    tests TEXT NOT NULL,
    PRIMARY KEY (regrade_id, submission_id)
);
CREATE INDEX regrade_change_submission ON regrade_change (submission_id);

-- what the check of an exercise with its own solution and mistakes found; by the hash of its content
CREATE TABLE exercise_check (
    content_hash TEXT PRIMARY KEY,
    report TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- down
DROP TABLE exercise_check;
DROP TABLE regrade_change;
DROP TABLE regrade;
DROP TABLE tutor_key;
DROP TABLE tutor_message;
DROP TABLE hint;
DROP TABLE exercise_override;
DROP TABLE best_score;
DROP TABLE submission;
DROP TABLE lesson_progress;
ALTER TABLE account DROP COLUMN standing;
