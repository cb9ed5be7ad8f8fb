DROP FUNCTION audit_faults();
DROP TRIGGER audit_is_a_chain ON audit;
DROP FUNCTION audit_chain();
DROP FUNCTION audit_hash(audit);
DROP TABLE audit;
DROP TABLE risk_state;
DROP TYPE risk_mode;
DROP TABLE configuration;
