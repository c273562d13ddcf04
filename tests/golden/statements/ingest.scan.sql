-- takeable
SELECT mounts.id
 FROM mounts
 WHERE mounts.enabled
 AND mounts.kind IN (%(kind_1_1)s::VARCHAR)
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND mounts.ready_at <= archivist_now()
 AND (mounts.lease_expires_at IS NULL
 OR mounts.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(mounts.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY mounts.ready_at, mounts.id
-- lane_1=<Lane.SCAN: 'ingest.scan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1=<SourceKind.FOLDER: 'folder'>

-- media
SELECT mounts.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM mounts
-- param_1=0

-- backlog
SELECT count(mounts.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(mounts.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM mounts
 WHERE mounts.enabled
 AND mounts.kind IN (%(kind_1_1)s::VARCHAR)
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND mounts.ready_at <= archivist_now()
 AND (mounts.lease_expires_at IS NULL
 OR mounts.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(mounts.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, lane_1=<Lane.SCAN: 'ingest.scan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1=<SourceKind.FOLDER: 'folder'>

-- takeable passing over some
SELECT mounts.id
 FROM mounts
 WHERE mounts.enabled
 AND mounts.kind IN (%(kind_1_1)s::VARCHAR)
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND mounts.ready_at <= archivist_now()
 AND (mounts.lease_expires_at IS NULL
 OR mounts.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(mounts.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY mounts.ready_at, mounts.id
-- lane_1=<Lane.SCAN: 'ingest.scan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1=<SourceKind.FOLDER: 'folder'>

-- media passing over some
SELECT mounts.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM mounts
-- param_1=0

-- backlog passing over some
SELECT count(mounts.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(mounts.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM mounts
 WHERE mounts.enabled
 AND mounts.kind IN (%(kind_1_1)s::VARCHAR)
 AND NOT (EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 AND mounts.ready_at <= archivist_now()
 AND (mounts.lease_expires_at IS NULL
 OR mounts.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(mounts.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, lane_1=<Lane.SCAN: 'ingest.scan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, kind_1_1=<SourceKind.FOLDER: 'folder'>

-- suspect
mounts.lease_token IS NOT NULL
 OR mounts.died_alone > %(died_alone_1)s::INTEGER
 OR mounts.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
