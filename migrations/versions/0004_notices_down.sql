DROP TABLE notice_deliveries;
DROP TABLE notice_settings;
DROP TABLE devices;
DROP TABLE notices;
DROP TABLE notice_rounds;
