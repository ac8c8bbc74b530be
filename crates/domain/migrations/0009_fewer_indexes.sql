-- Every sign-in and every sweep wrote a page of it, to put a user's few hundred actions in an order that reading them can make.
DROP INDEX IF EXISTS actions_by_time;
