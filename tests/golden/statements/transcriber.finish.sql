-- takeable
SELECT transcriptions.id
 FROM transcriptions
 WHERE (transcriptions.status = %(status_1)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR
 OR transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.links_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND transcriptions.ready_at <= archivist_now()
 AND (transcriptions.lease_expires_at IS NULL
 OR transcriptions.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(transcriptions.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
-- status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.FINISH: 'finish'>, status_2=<TranscriptionStatus.COMPLETED: 'completed'>, lane_1=<Lane.FINISH: 'transcriber.finish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, archivist_now_1=datetime.timedelta(days=2)

-- media
SELECT transcriptions.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM transcriptions
-- param_1=0

-- backlog
SELECT count(transcriptions.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(transcriptions.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM transcriptions
 WHERE (transcriptions.status = %(status_1)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR
 OR transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.links_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND transcriptions.ready_at <= archivist_now()
 AND (transcriptions.lease_expires_at IS NULL
 OR transcriptions.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(transcriptions.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.FINISH: 'finish'>, status_2=<TranscriptionStatus.COMPLETED: 'completed'>, lane_1=<Lane.FINISH: 'transcriber.finish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- takeable passing over some
SELECT transcriptions.id
 FROM transcriptions
 WHERE (transcriptions.status = %(status_1)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR
 OR transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.links_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND transcriptions.ready_at <= archivist_now()
 AND (transcriptions.lease_expires_at IS NULL
 OR transcriptions.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(transcriptions.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
-- status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.FINISH: 'finish'>, status_2=<TranscriptionStatus.COMPLETED: 'completed'>, lane_1=<Lane.FINISH: 'transcriber.finish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, archivist_now_1=datetime.timedelta(days=2)

-- media passing over some
SELECT transcriptions.id, %(param_1)s::INTEGER AS anon_1, NULL AS anon_2
 FROM transcriptions
-- param_1=0

-- backlog passing over some
SELECT count(transcriptions.id) AS count_1, coalesce(sum(%(param_1)s::INTEGER), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(transcriptions.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM transcriptions
 WHERE (transcriptions.status = %(status_1)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR
 OR transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.links_due)
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 AND transcriptions.ready_at <= archivist_now()
 AND (transcriptions.lease_expires_at IS NULL
 OR transcriptions.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(transcriptions.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- param_1=0, coalesce_2=0, coalesce_4=0, status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.FINISH: 'finish'>, status_2=<TranscriptionStatus.COMPLETED: 'completed'>, lane_1=<Lane.FINISH: 'transcriber.finish'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- suspect
transcriptions.lease_token IS NOT NULL
 OR transcriptions.died_alone > %(died_alone_1)s::INTEGER
 OR transcriptions.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
