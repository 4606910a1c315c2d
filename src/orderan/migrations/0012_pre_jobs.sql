-- The job queue is procrastinate's own schema; only where it lives is declared here.

-- include: procrastinate/sql/schema.sql

COMMENT ON TABLE procrastinate_jobs IS 'local: job queue';

COMMENT ON TABLE procrastinate_events IS 'local: job queue';

COMMENT ON TABLE procrastinate_periodic_defers IS 'local: job queue';

COMMENT ON TABLE procrastinate_workers IS 'local: job queue';
