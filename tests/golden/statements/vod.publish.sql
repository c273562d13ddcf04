-- takeable
SELECT publications.id
 FROM publications
 WHERE (publications.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR, %(status_1_3)s::VARCHAR, %(status_1_4)s::VARCHAR)
 OR publications.places_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR publications.paused
 OR publications.city_id IS NOT NULL
 AND publications.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR publications.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND publications.ready_at <= archivist_now()
 AND (publications.lease_expires_at IS NULL
 OR publications.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(publications.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY publications.priority DESC, publications.recorded_at DESC, publications.id
-- lane_1=<Lane.PUBLISH: 'vod.publish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<PublicationStatus.PENDING: 'pending'>, status_1_2=<PublicationStatus.LINKED: 'linked'>, status_1_3=<PublicationStatus.PLACED: 'placed'>, status_1_4=<PublicationStatus.PROCESSING: 'processing'>

-- media
SELECT publications.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM publications
-- param_1=0

-- backlog
SELECT count(publications.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(publications.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM publications
 WHERE (publications.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR, %(status_1_3)s::VARCHAR, %(status_1_4)s::VARCHAR)
 OR publications.places_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR publications.paused
 OR publications.city_id IS NOT NULL
 AND publications.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR publications.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND publications.ready_at <= archivist_now()
 AND (publications.lease_expires_at IS NULL
 OR publications.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(publications.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, lane_1=<Lane.PUBLISH: 'vod.publish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<PublicationStatus.PENDING: 'pending'>, status_1_2=<PublicationStatus.LINKED: 'linked'>, status_1_3=<PublicationStatus.PLACED: 'placed'>, status_1_4=<PublicationStatus.PROCESSING: 'processing'>

-- takeable passing over some
SELECT publications.id
 FROM publications
 WHERE (publications.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR, %(status_1_3)s::VARCHAR, %(status_1_4)s::VARCHAR)
 OR publications.places_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR publications.paused
 OR publications.city_id IS NOT NULL
 AND publications.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR publications.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND publications.ready_at <= archivist_now()
 AND (publications.lease_expires_at IS NULL
 OR publications.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(publications.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY publications.priority DESC, publications.recorded_at DESC, publications.id
-- lane_1=<Lane.PUBLISH: 'vod.publish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<PublicationStatus.PENDING: 'pending'>, status_1_2=<PublicationStatus.LINKED: 'linked'>, status_1_3=<PublicationStatus.PLACED: 'placed'>, status_1_4=<PublicationStatus.PROCESSING: 'processing'>

-- media passing over some
SELECT publications.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM publications
-- param_1=0

-- backlog passing over some
SELECT count(publications.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(publications.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM publications
 WHERE (publications.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR, %(status_1_3)s::VARCHAR, %(status_1_4)s::VARCHAR)
 OR publications.places_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR publications.paused
 OR publications.city_id IS NOT NULL
 AND publications.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR publications.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND publications.ready_at <= archivist_now()
 AND (publications.lease_expires_at IS NULL
 OR publications.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(publications.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, lane_1=<Lane.PUBLISH: 'vod.publish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<PublicationStatus.PENDING: 'pending'>, status_1_2=<PublicationStatus.LINKED: 'linked'>, status_1_3=<PublicationStatus.PLACED: 'placed'>, status_1_4=<PublicationStatus.PROCESSING: 'processing'>

-- suspect
publications.lease_token IS NOT NULL
 OR publications.died_alone > %(died_alone_1)s::INTEGER
 OR publications.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
