DROP TABLE credit_stops;
DROP TABLE dunning_steps;
