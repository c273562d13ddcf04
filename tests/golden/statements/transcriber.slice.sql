-- takeable
SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_1)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY (SELECT transcriptions.priority
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) DESC, (SELECT CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions.due_at END AS anon_1
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) ASC NULLS LAST, (SELECT greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_2)s::VARCHAR
 AND city_turns.city_id = coalesce(transcriptions.city_id, %(coalesce_1)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_3)s::INTEGER) AS coalesce_2
 FROM city_turns
 WHERE city_turns.lane = %(lane_3)s::VARCHAR)) AS greatest_1
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id), (SELECT transcriptions.recorded_at
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) DESC, slices.transcription_id, slices.number
-- status_1=<SliceStatus.PENDING: 'pending'>, status_2=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, archivist_now_1=datetime.timedelta(days=2), lane_2=<Lane.SLICE: 'transcriber.slice'>, coalesce_1=UUID('00000000-0000-0000-0000-000000000000'), coalesce_3=0, lane_3=<Lane.SLICE: 'transcriber.slice'>

-- media
SELECT slices.id, slices.end_ms - slices.start_ms AS anon_1, (SELECT transcriptions.city_id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) AS anon_2
 FROM slices

-- backlog
SELECT count(slices.id) AS count_1, coalesce(sum(slices.end_ms - slices.start_ms), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(slices.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM slices
 WHERE slices.status = %(status_1)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- coalesce_2=0, coalesce_4=0, status_1=<SliceStatus.PENDING: 'pending'>, status_2=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1

-- whose slices
SELECT anon_1.id
 FROM (SELECT anon_2.id AS id, anon_2.city_id AS city_id, anon_2.priority AS priority, anon_2.recorded_at AS recorded_at, anon_2.due AS due
 FROM cities AS cities_1
 JOIN LATERAL (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.city_id = cities_1.id
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC, transcriptions_1.id
 LIMIT %(param_1)s::INTEGER) AS anon_2 ON true
 UNION ALL
 SELECT anon_3.id AS id, anon_3.city_id AS city_id, anon_3.priority AS priority, anon_3.recorded_at AS recorded_at, anon_3.due AS due
 FROM (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.city_id IS NULL
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC, transcriptions_1.id
 LIMIT %(param_2)s::INTEGER) AS anon_3
 UNION ALL
 SELECT anon_4.id AS id, anon_4.city_id AS city_id, anon_4.priority AS priority, anon_4.recorded_at AS recorded_at, anon_4.due AS due
 FROM (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.due_at <= archivist_now() + %(archivist_now_2)s
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.due_at, transcriptions_1.id
 LIMIT %(param_3)s::INTEGER) AS anon_4) AS anon_1
 ORDER BY anon_1.priority DESC, anon_1.due ASC NULLS LAST, greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_2)s::VARCHAR
 AND city_turns.city_id = coalesce(anon_1.city_id, %(coalesce_1)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_3)s::INTEGER) AS coalesce_2
 FROM city_turns
 WHERE city_turns.lane = %(lane_3)s::VARCHAR)), anon_1.recorded_at DESC, anon_1.id
 LIMIT %(param_4)s::INTEGER
-- archivist_now_1=datetime.timedelta(days=2), status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, id_1=UUID('00000000-0000-0000-0000-000000000007'), param_1=1, param_2=1, archivist_now_2=datetime.timedelta(days=2), param_3=1, lane_2=<Lane.SLICE: 'transcriber.slice'>, coalesce_1=UUID('00000000-0000-0000-0000-000000000000'), coalesce_3=0, lane_3=<Lane.SLICE: 'transcriber.slice'>, param_4=1

-- takeable passing over some
SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_1)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND coalesce((transcriptions.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR)))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 ORDER BY (SELECT transcriptions.priority
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) DESC, (SELECT CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions.due_at END AS anon_1
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) ASC NULLS LAST, (SELECT greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_2)s::VARCHAR
 AND city_turns.city_id = coalesce(transcriptions.city_id, %(coalesce_3)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_5)s::INTEGER) AS coalesce_4
 FROM city_turns
 WHERE city_turns.lane = %(lane_3)s::VARCHAR)) AS greatest_1
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id), (SELECT transcriptions.recorded_at
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) DESC, slices.transcription_id, slices.number
-- status_1=<SliceStatus.PENDING: 'pending'>, status_2=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, archivist_now_1=datetime.timedelta(days=2), lane_2=<Lane.SLICE: 'transcriber.slice'>, coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=0, lane_3=<Lane.SLICE: 'transcriber.slice'>, coalesce_2_1='decode', coalesce_2_2='decode_again'

-- media passing over some
SELECT slices.id, slices.end_ms - slices.start_ms AS anon_1, (SELECT transcriptions.city_id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id) AS anon_2
 FROM slices

-- backlog passing over some
SELECT count(slices.id) AS count_1, coalesce(sum(slices.end_ms - slices.start_ms), %(coalesce_2)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(slices.ready_at)), %(coalesce_4)s::INTEGER) AS coalesce_3
 FROM slices
 WHERE slices.status = %(status_1)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_2)s::VARCHAR
 AND transcriptions.stage = %(stage_1)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND coalesce((transcriptions.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_5)s::VARCHAR) IN (%(coalesce_6_1)s::VARCHAR, %(coalesce_6_2)s::VARCHAR)))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
-- coalesce_2=0, coalesce_4=0, status_1=<SliceStatus.PENDING: 'pending'>, status_2=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_5='', lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, coalesce_6_1='decode', coalesce_6_2='decode_again'

-- whose slices passing over some
SELECT anon_1.id
 FROM (SELECT anon_2.id AS id, anon_2.city_id AS city_id, anon_2.priority AS priority, anon_2.recorded_at AS recorded_at, anon_2.due AS due
 FROM cities AS cities_1
 JOIN LATERAL (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND coalesce((transcriptions.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR)))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.city_id = cities_1.id
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC, transcriptions_1.id
 LIMIT %(param_1)s::INTEGER) AS anon_2 ON true
 UNION ALL
 SELECT anon_3.id AS id, anon_3.city_id AS city_id, anon_3.priority AS priority, anon_3.recorded_at AS recorded_at, anon_3.due AS due
 FROM (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND coalesce((transcriptions.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR)))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.city_id IS NULL
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC, transcriptions_1.id
 LIMIT %(param_2)s::INTEGER) AS anon_3
 UNION ALL
 SELECT anon_4.id AS id, anon_4.city_id AS city_id, anon_4.priority AS priority, anon_4.recorded_at AS recorded_at, anon_4.due AS due
 FROM (SELECT transcriptions_1.id AS id, transcriptions_1.city_id AS city_id, transcriptions_1.priority AS priority, transcriptions_1.recorded_at AS recorded_at, CASE WHEN coalesce(transcriptions_1.due_at <= archivist_now() + %(archivist_now_1)s, false) THEN transcriptions_1.due_at END AS due
 FROM transcriptions AS transcriptions_1
 WHERE transcriptions_1.status = %(status_1)s::VARCHAR
 AND transcriptions_1.stage = %(stage_1)s::VARCHAR
 AND (EXISTS (SELECT slices.id
 FROM slices
 WHERE slices.status = %(status_2)s::VARCHAR
 AND (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND transcriptions.status = %(status_3)s::VARCHAR
 AND transcriptions.stage = %(stage_2)s::VARCHAR))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND coalesce((transcriptions.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR)))
 AND NOT (EXISTS (SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.id = slices.transcription_id
 AND ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))))
 AND slices.ready_at <= archivist_now()
 AND (slices.lease_expires_at IS NULL
 OR slices.lease_expires_at + make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, power(%(power_1)s::INTEGER, least(slices.died_alone, %(least_1)s::INTEGER)) - %(power_2)s::INTEGER) < archivist_now())
 AND slices.transcription_id = transcriptions_1.id
 AND slices.id != %(id_1)s::UUID))
 AND transcriptions_1.due_at <= archivist_now() + %(archivist_now_2)s
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.due_at, transcriptions_1.id
 LIMIT %(param_3)s::INTEGER) AS anon_4) AS anon_1
 ORDER BY anon_1.priority DESC, anon_1.due ASC NULLS LAST, greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_2)s::VARCHAR
 AND city_turns.city_id = coalesce(anon_1.city_id, %(coalesce_3)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_5)s::INTEGER) AS coalesce_4
 FROM city_turns
 WHERE city_turns.lane = %(lane_3)s::VARCHAR)), anon_1.recorded_at DESC, anon_1.id
 LIMIT %(param_4)s::INTEGER
-- archivist_now_1=datetime.timedelta(days=2), status_1=<TranscriptionStatus.PROCESSING: 'processing'>, stage_1=<Stage.SLICES: 'slices'>, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_1=<Lane.SLICE: 'transcriber.slice'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, id_1=UUID('00000000-0000-0000-0000-000000000007'), param_1=1, param_2=1, archivist_now_2=datetime.timedelta(days=2), param_3=1, lane_2=<Lane.SLICE: 'transcriber.slice'>, coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=0, lane_3=<Lane.SLICE: 'transcriber.slice'>, param_4=1, coalesce_2_1='decode', coalesce_2_2='decode_again'

-- suspect
slices.lease_token IS NOT NULL
 OR slices.died_alone > %(died_alone_1)s::INTEGER
 OR slices.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
