-- takeable
SELECT tasks.id
 FROM tasks
 WHERE tasks.service = %(service_1)s::VARCHAR
 AND tasks.status = %(status_1)s::VARCHAR
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND tasks.ready_at <= archivist_now()
 AND (tasks.lease_expires_at IS NULL
 OR tasks.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(tasks.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY tasks.ready_at, tasks.id
-- service_1='api', status_1=<TaskStatus.PENDING: 'pending'>, lane_1=<Lane.API_TASK: 'api.task'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- media
SELECT tasks.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM tasks
-- param_1=0

-- backlog
SELECT count(tasks.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(tasks.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM tasks
 WHERE tasks.service = %(service_1)s::VARCHAR
 AND tasks.status = %(status_1)s::VARCHAR
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND tasks.ready_at <= archivist_now()
 AND (tasks.lease_expires_at IS NULL
 OR tasks.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(tasks.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, service_1='api', status_1=<TaskStatus.PENDING: 'pending'>, lane_1=<Lane.API_TASK: 'api.task'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- takeable passing over some
SELECT tasks.id
 FROM tasks
 WHERE tasks.service = %(service_1)s::VARCHAR
 AND tasks.status = %(status_1)s::VARCHAR
 AND (tasks.kind NOT IN (%(kind_1_1)s::VARCHAR, %(kind_1_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND tasks.ready_at <= archivist_now()
 AND (tasks.lease_expires_at IS NULL
 OR tasks.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(tasks.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY tasks.ready_at, tasks.id
-- service_1='api', status_1=<TaskStatus.PENDING: 'pending'>, lane_1=<Lane.API_TASK: 'api.task'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1='decode', kind_1_2='decode_again'

-- media passing over some
SELECT tasks.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM tasks
-- param_1=0

-- backlog passing over some
SELECT count(tasks.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(tasks.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM tasks
 WHERE tasks.service = %(service_1)s::VARCHAR
 AND tasks.status = %(status_1)s::VARCHAR
 AND (tasks.kind NOT IN (%(kind_1_1)s::VARCHAR, %(kind_1_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND tasks.ready_at <= archivist_now()
 AND (tasks.lease_expires_at IS NULL
 OR tasks.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(tasks.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, service_1='api', status_1=<TaskStatus.PENDING: 'pending'>, lane_1=<Lane.API_TASK: 'api.task'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1='decode', kind_1_2='decode_again'

-- suspect
tasks.lease_token IS NOT NULL
 OR tasks.died_alone > %(died_alone_1)s::INTEGER
 OR tasks.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
