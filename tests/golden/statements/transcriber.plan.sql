-- takeable
SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_2)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, archivist_now_2=datetime.timedelta(days=2), status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>

-- media
SELECT transcriptions.id, coalesce(transcriptions.duration_ms, %(coalesce_2)s::INTEGER) AS coalesce_1, transcriptions.city_id
 FROM transcriptions
-- coalesce_2=0

-- backlog
SELECT count(transcriptions.id) AS count_1, coalesce(sum(coalesce(transcriptions.duration_ms, %(coalesce_2)s::INTEGER)), %(coalesce_3)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(transcriptions.ready_at)), %(coalesce_5)s::INTEGER) AS coalesce_4
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
-- coalesce_2=0, coalesce_3=0, coalesce_5=0, stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>

-- whose turn
SELECT anon_1.city_id, anon_1.priority
 FROM (SELECT cities_1.id AS city_id, anon_2.priority AS priority, anon_2.recorded_at AS recorded_at
 FROM cities AS cities_1
 JOIN LATERAL (SELECT transcriptions.priority AS priority, transcriptions.recorded_at AS recorded_at
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.city_id = %(city_id_1)s::UUID
 AND transcriptions.city_id IS NULL
 AND transcriptions.city_id = cities_1.id
 ORDER BY transcriptions.priority DESC, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_3)s::INTEGER) AS anon_2 ON true
 UNION ALL
 SELECT CAST(NULL AS UUID) AS city_id, anon_3.priority AS priority, anon_3.recorded_at AS recorded_at
 FROM (SELECT transcriptions.priority AS priority, transcriptions.recorded_at AS recorded_at
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.city_id = %(city_id_1)s::UUID
 AND transcriptions.city_id IS NULL
 AND transcriptions.city_id IS NULL
 ORDER BY transcriptions.priority DESC, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_4)s::INTEGER) AS anon_3) AS anon_1
 ORDER BY anon_1.priority DESC, greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_4)s::VARCHAR
 AND city_turns.city_id = coalesce(anon_1.city_id, %(coalesce_8)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_10)s::INTEGER) AS coalesce_9
 FROM city_turns
 WHERE city_turns.lane = %(lane_5)s::VARCHAR)), anon_1.recorded_at DESC
 LIMIT %(param_5)s::INTEGER
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, city_id_1=UUID('00000000-0000-0000-0000-000000000007'), param_3=1, param_4=1, lane_4=<Lane.PLAN: 'transcriber.plan'>, coalesce_8=UUID('00000000-0000-0000-0000-000000000000'), coalesce_10=0, lane_5=<Lane.PLAN: 'transcriber.plan'>, param_5=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>

-- due
SELECT transcriptions.priority
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (NULL)
 OR (1 = 1))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.due_at <= archivist_now() + %(archivist_now_2)s
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_3)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_3)s::INTEGER
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, archivist_now_2=datetime.timedelta(days=2), archivist_now_3=datetime.timedelta(days=2), param_3=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>

-- takeable passing over some
SELECT transcriptions.id
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (%(coalesce_7_1)s::VARCHAR, %(coalesce_7_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_2)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, archivist_now_2=datetime.timedelta(days=2), status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>, coalesce_2_1='decode', coalesce_2_2='decode_again', coalesce_7_1='decode', coalesce_7_2='decode_again'

-- media passing over some
SELECT transcriptions.id, coalesce(transcriptions.duration_ms, %(coalesce_2)s::INTEGER) AS coalesce_1, transcriptions.city_id
 FROM transcriptions
-- coalesce_2=0

-- backlog passing over some
SELECT count(transcriptions.id) AS count_1, coalesce(sum(coalesce(transcriptions.duration_ms, %(coalesce_2)s::INTEGER)), %(coalesce_3)s::INTEGER) AS coalesce_1, coalesce(EXTRACT(epoch
 FROM archivist_now() - min(transcriptions.ready_at)), %(coalesce_5)s::INTEGER) AS coalesce_4
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
-- coalesce_2=0, coalesce_3=0, coalesce_5=0, stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>

-- whose turn passing over some
SELECT anon_1.city_id, anon_1.priority
 FROM (SELECT cities_1.id AS city_id, anon_2.priority AS priority, anon_2.recorded_at AS recorded_at
 FROM cities AS cities_1
 JOIN LATERAL (SELECT transcriptions.priority AS priority, transcriptions.recorded_at AS recorded_at
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (%(coalesce_7_1)s::VARCHAR, %(coalesce_7_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.city_id = %(city_id_1)s::UUID
 AND transcriptions.city_id IS NULL
 AND transcriptions.city_id = cities_1.id
 ORDER BY transcriptions.priority DESC, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_3)s::INTEGER) AS anon_2 ON true
 UNION ALL
 SELECT CAST(NULL AS UUID) AS city_id, anon_3.priority AS priority, anon_3.recorded_at AS recorded_at
 FROM (SELECT transcriptions.priority AS priority, transcriptions.recorded_at AS recorded_at
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (%(coalesce_7_1)s::VARCHAR, %(coalesce_7_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.city_id = %(city_id_1)s::UUID
 AND transcriptions.city_id IS NULL
 AND transcriptions.city_id IS NULL
 ORDER BY transcriptions.priority DESC, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_4)s::INTEGER) AS anon_3) AS anon_1
 ORDER BY anon_1.priority DESC, greatest((SELECT city_turns.ends_ms
 FROM city_turns
 WHERE city_turns.lane = %(lane_4)s::VARCHAR
 AND city_turns.city_id = coalesce(anon_1.city_id, %(coalesce_8)s::UUID)), (SELECT coalesce(max(city_turns.began_ms), %(coalesce_10)s::INTEGER) AS coalesce_9
 FROM city_turns
 WHERE city_turns.lane = %(lane_5)s::VARCHAR)), anon_1.recorded_at DESC
 LIMIT %(param_5)s::INTEGER
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, city_id_1=UUID('00000000-0000-0000-0000-000000000007'), param_3=1, param_4=1, lane_4=<Lane.PLAN: 'transcriber.plan'>, coalesce_8=UUID('00000000-0000-0000-0000-000000000000'), coalesce_10=0, lane_5=<Lane.PLAN: 'transcriber.plan'>, param_5=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>, coalesce_2_1='decode', coalesce_2_2='decode_again', coalesce_7_1='decode', coalesce_7_2='decode_again'

-- due passing over some
SELECT transcriptions.priority
 FROM transcriptions
 WHERE transcriptions.status IN (%(status_1_1)s::VARCHAR, %(status_1_2)s::VARCHAR)
 AND transcriptions.stage = %(stage_1)s::VARCHAR
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
 AND (coalesce((transcriptions.priority, transcriptions.recorded_at) > (SELECT transcriptions_1.priority, transcriptions_1.recorded_at
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_2)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_3)s::VARCHAR
 AND transcriptions_1.stage = %(stage_2)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_1)s::TEXT), %(coalesce_1)s::VARCHAR) NOT IN (%(coalesce_2_1)s::VARCHAR, %(coalesce_2_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_2)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 ORDER BY transcriptions_1.priority DESC, transcriptions_1.recorded_at DESC
 LIMIT %(param_1)s::INTEGER OFFSET %(param_2)s::INTEGER), true)
 OR coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_1)s, false)
 OR (coalesce(transcriptions.city_id, %(coalesce_3)s::UUID) NOT IN (SELECT coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) AS coalesce_4
 FROM transcriptions AS transcriptions_1
 JOIN slices ON slices.transcription_id = transcriptions_1.id
 WHERE slices.status = %(status_4)s::VARCHAR
 AND slices.lease_token IS NULL
 AND transcriptions_1.status = %(status_5)s::VARCHAR
 AND transcriptions_1.stage = %(stage_3)s::VARCHAR
 AND (coalesce((transcriptions_1.wanted_engine ->> %(wanted_engine_2)s::TEXT), %(coalesce_6)s::VARCHAR) NOT IN (%(coalesce_7_1)s::VARCHAR, %(coalesce_7_2)s::VARCHAR))
 AND NOT ((EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_3)s::VARCHAR))
 OR transcriptions_1.paused
 OR transcriptions_1.city_id IS NOT NULL
 AND transcriptions_1.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions_1.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused))
 GROUP BY coalesce(transcriptions_1.city_id, %(coalesce_5)s::UUID) HAVING count(*) >= %(count_1)s::INTEGER)))
 AND transcriptions.due_at <= archivist_now() + %(archivist_now_2)s
 ORDER BY transcriptions.priority DESC, CASE WHEN coalesce(transcriptions.due_at <= archivist_now() + %(archivist_now_3)s, false) THEN transcriptions.due_at END ASC NULLS LAST, transcriptions.recorded_at DESC, transcriptions.id
 LIMIT %(param_3)s::INTEGER
-- stage_1=<Stage.PLAN: 'plan'>, lane_1=<Lane.PLAN: 'transcriber.plan'>, make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, power_1=2, least_1=6, power_2=1, status_2=<SliceStatus.PENDING: 'pending'>, status_3=<TranscriptionStatus.PROCESSING: 'processing'>, stage_2=<Stage.SLICES: 'slices'>, wanted_engine_1='kind', coalesce_1='', lane_2=<Lane.SLICE: 'transcriber.slice'>, param_1=1, param_2=63, archivist_now_1=datetime.timedelta(days=2), coalesce_3=UUID('00000000-0000-0000-0000-000000000000'), coalesce_5=UUID('00000000-0000-0000-0000-000000000000'), status_4=<SliceStatus.PENDING: 'pending'>, status_5=<TranscriptionStatus.PROCESSING: 'processing'>, stage_3=<Stage.SLICES: 'slices'>, wanted_engine_2='kind', coalesce_6='', lane_3=<Lane.SLICE: 'transcriber.slice'>, count_1=6, archivist_now_2=datetime.timedelta(days=2), archivist_now_3=datetime.timedelta(days=2), param_3=1, status_1_1=<TranscriptionStatus.PENDING: 'pending'>, status_1_2=<TranscriptionStatus.PROCESSING: 'processing'>, coalesce_2_1='decode', coalesce_2_2='decode_again', coalesce_7_1='decode', coalesce_7_2='decode_again'

-- suspect
transcriptions.lease_token IS NOT NULL
 OR transcriptions.died_alone > %(died_alone_1)s::INTEGER
 OR transcriptions.ran_short > %(ran_short_1)s::INTEGER
-- died_alone_1=0, ran_short_1=0
