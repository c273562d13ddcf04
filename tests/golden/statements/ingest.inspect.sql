-- takeable
SELECT recordings.id
 FROM recordings
 WHERE recordings.status = %(status_1)s::VARCHAR
 AND recordings.settled_at IS NOT NULL
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR recordings.paused
 OR recordings.city_id IS NOT NULL
 AND recordings.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused))
 AND recordings.ready_at <= archivist_now()
 AND (recordings.lease_expires_at IS NULL
 OR recordings.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(recordings.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY recordings.priority DESC, recordings.recorded_at DESC, recordings.id
-- status_1=<RecordingStatus.SETTLING: 'settling'>, lane_1=<Lane.INSPECT: 'ingest.inspect'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- media
SELECT recordings.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM recordings
-- param_1=0

-- backlog
SELECT count(recordings.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(recordings.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM recordings
 WHERE recordings.status = %(status_1)s::VARCHAR
 AND recordings.settled_at IS NOT NULL
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR recordings.paused
 OR recordings.city_id IS NOT NULL
 AND recordings.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused))
 AND recordings.ready_at <= archivist_now()
 AND (recordings.lease_expires_at IS NULL
 OR recordings.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(recordings.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, status_1=<RecordingStatus.SETTLING: 'settling'>, lane_1=<Lane.INSPECT: 'ingest.inspect'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- takeable passing over some
SELECT recordings.id
 FROM recordings
 WHERE recordings.status = %(status_1)s::VARCHAR
 AND recordings.settled_at IS NOT NULL
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR recordings.paused
 OR recordings.city_id IS NOT NULL
 AND recordings.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused))
 AND recordings.ready_at <= archivist_now()
 AND (recordings.lease_expires_at IS NULL
 OR recordings.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(recordings.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY recordings.priority DESC, recordings.recorded_at DESC, recordings.id
-- status_1=<RecordingStatus.SETTLING: 'settling'>, lane_1=<Lane.INSPECT: 'ingest.inspect'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- media passing over some
SELECT recordings.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM recordings
-- param_1=0

-- backlog passing over some
SELECT count(recordings.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(recordings.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM recordings
 WHERE recordings.status = %(status_1)s::VARCHAR
 AND recordings.settled_at IS NOT NULL
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR recordings.paused
 OR recordings.city_id IS NOT NULL
 AND recordings.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused))
 AND recordings.ready_at <= archivist_now()
 AND (recordings.lease_expires_at IS NULL
 OR recordings.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(recordings.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, status_1=<RecordingStatus.SETTLING: 'settling'>, lane_1=<Lane.INSPECT: 'ingest.inspect'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- suspect
recordings.lease_token IS NOT NULL
 OR recordings.died_alone > %(died_alone_1)s::INTEGER
 OR recordings.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
