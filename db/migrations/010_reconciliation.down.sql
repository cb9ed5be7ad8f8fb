DROP TABLE balance_checks;
DROP TABLE account_sweeps;
DROP TABLE external_movements;
DROP TABLE account_findings;
DROP TYPE finding_kind;
DROP TABLE deployment;
