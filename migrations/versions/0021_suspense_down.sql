DROP TABLE suspense_items;
