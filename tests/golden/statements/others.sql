-- was told
events.subject_kind = %(subject_kind_1)s::VARCHAR
 AND events.subject_id = %(subject_id_1)s::VARCHAR
 AND events.kind IN (%(kind_1_1)s::VARCHAR)
-- subject_kind_1=<Subject.RECORDING: 'recording'>, subject_id_1='00000000-0000-0000-0000-000000000007', kind_1_1=<Happened.RECORDING_SEEN: 'recording.seen'>

-- was told one of
events.subject_kind = %(subject_kind_1)s::VARCHAR
 AND events.subject_id = %(subject_id_1)s::VARCHAR
 AND events.kind IN (%(kind_1_1)s::VARCHAR, %(kind_1_2)s::VARCHAR, %(kind_1_3)s::VARCHAR)
-- subject_kind_1=<Subject.RECORDING: 'recording'>, subject_id_1='00000000-0000-0000-0000-000000000007', kind_1_1=<Happened.RECORDING_SEEN: 'recording.seen'>, kind_1_2=<Happened.RECORDING_VALID: 'recording.valid'>, kind_1_3=<Happened.RECORDING_REJECTED: 'recording.rejected'>

-- offered
caption_versions.transcription_id = %(transcription_id_1)s::UUID
 AND NOT caption_versions.is_proposal
 AND caption_versions.files != %(files_1)s::JSONB
-- transcription_id_1=UUID('00000000-0000-0000-0000-000000000007'), files_1={}

-- alive
workers.stopped_at IS NULL
 AND workers.beat_at > archivist_now() - make_interval(%(make_interval_1)s::INTEGER, %(make_interval_2)s::INTEGER, %(make_interval_3)s::INTEGER, %(make_interval_4)s::INTEGER, %(make_interval_5)s::INTEGER, %(make_interval_6)s::INTEGER, %(param_1)s::INTEGER + %(beat_seconds_1)s::INTEGER * workers.beat_seconds)
-- make_interval_1=0, make_interval_2=0, make_interval_3=0, make_interval_4=0, make_interval_5=0, make_interval_6=0, param_1=30, beat_seconds_1=3

-- newest
NOT (EXISTS (SELECT *
 FROM caption_versions AS caption_versions_1, caption_versions
 WHERE caption_versions_1.transcription_id = caption_versions.transcription_id
 AND caption_versions_1.number > caption_versions.number
 AND caption_versions_1.is_proposal = caption_versions.is_proposal))

-- child of a person
EXISTS (SELECT *
 FROM caption_versions AS caption_versions_1, caption_versions
 WHERE caption_versions_1.parent_id = caption_versions.id
 AND caption_versions_1.source != %(source_1)s::VARCHAR)
-- source_1='machine'

-- places
UPDATE recordings SET mount_id=%(mount_id)s::UUID, city_id=%(city_id)s::UUID, relative_path=%(relative_path)s::VARCHAR, file_name=%(file_name)s::VARCHAR, size_bytes=%(size_bytes)s::BIGINT, mtime_ns=%(mtime_ns)s::BIGINT, ctime_ns=%(ctime_ns)s::BIGINT, inode=%(inode)s::BIGINT, looks=%(looks)s::JSONB, identity=%(identity)s::VARCHAR, content=%(content)s::VARCHAR, duplicate_of=%(duplicate_of)s::UUID, status=%(status)s::VARCHAR, reason_code=%(reason_code)s::VARCHAR, reason=%(reason)s::VARCHAR, present=%(present)s, seen_at=%(seen_at)s::TIMESTAMP WITH TIME ZONE, settled_at=%(settled_at)s::TIMESTAMP WITH TIME ZONE, recorded_at=%(recorded_at)s::TIMESTAMP WITH TIME ZONE, duration_ms=%(duration_ms)s::BIGINT, facts=%(facts)s::JSONB, decision=%(decision)s::JSONB, paused=%(paused)s, priority=%(priority)s::INTEGER, has_captions=%(has_captions)s, current_caption_version_id=%(current_caption_version_id)s::UUID, id=%(id)s::UUID, created_at=%(created_at)s::TIMESTAMP WITH TIME ZONE, ready_at=%(ready_at)s::TIMESTAMP WITH TIME ZONE, attempt=%(attempt)s::INTEGER, waits=%(waits)s::INTEGER, died_alone=%(died_alone)s::INTEGER, ran_short=%(ran_short)s::INTEGER, alone=%(alone)s, lease_token=%(lease_token)s::UUID, lease_owner=%(lease_owner)s::VARCHAR, lease_expires_at=%(lease_expires_at)s::TIMESTAMP WITH TIME ZONE, progress_at=%(progress_at)s::TIMESTAMP WITH TIME ZONE, error_code=%(error_code)s::VARCHAR, error_message=%(error_message)s::VARCHAR
 WHERE recordings.id = %(id_1)s::UUID
-- mount_id=None, city_id=None, relative_path=None, file_name=None, size_bytes=None, mtime_ns=None, ctime_ns=None, inode=None, looks=None, identity=None, content=None, duplicate_of=None, status=None, reason_code=None, reason=None, present=None, seen_at=None, settled_at=None, recorded_at=None, duration_ms=None, facts=None, decision=None, paused=None, priority=None, has_captions=None, current_caption_version_id=None, id=None, created_at=None, ready_at=None, attempt=None, waits=None, died_alone=None, ran_short=None, alone=None, lease_token=None, lease_owner=None, lease_expires_at=None, progress_at=None, error_code=None, error_message=None, id_1=UUID('00000000-0000-0000-0000-000000000007')

-- city key
coalesce(city_id, %(coalesce_1)s::UUID)
-- coalesce_1=UUID('00000000-0000-0000-0000-000000000000')

-- still standing pending
CASE WHEN ((transcriptions.standing ->> %(standing_1)s::TEXT) = %(param_1)s::VARCHAR) THEN transcriptions.standing ELSE nullif(transcriptions.standing[%(standing_2)s::TEXT], 'null'::jsonb) END
-- standing_1='status', param_1=<TranscriptionStatus.COMPLETED: 'completed'>, standing_2='before'

-- still standing processing
CASE WHEN ((transcriptions.standing ->> %(standing_1)s::TEXT) = %(param_1)s::VARCHAR) THEN transcriptions.standing ELSE nullif(transcriptions.standing[%(standing_2)s::TEXT], 'null'::jsonb) END
-- standing_1='status', param_1=<TranscriptionStatus.COMPLETED: 'completed'>, standing_2='before'

-- still standing completed
NULL

-- still standing failed
CASE WHEN ((transcriptions.standing ->> %(standing_1)s::TEXT) = %(param_1)s::VARCHAR) THEN transcriptions.standing ELSE nullif(transcriptions.standing[%(standing_2)s::TEXT], 'null'::jsonb) END
-- standing_1='status', param_1=<TranscriptionStatus.COMPLETED: 'completed'>, standing_2='before'

-- still standing cancelled
CASE WHEN ((transcriptions.standing ->> %(standing_1)s::TEXT) = %(param_1)s::VARCHAR) THEN transcriptions.standing ELSE nullif(transcriptions.standing[%(standing_2)s::TEXT], 'null'::jsonb) END
-- standing_1='status', param_1=<TranscriptionStatus.COMPLETED: 'completed'>, standing_2='before'

-- still standing needs_review
CASE WHEN ((transcriptions.standing ->> %(standing_1)s::TEXT) = %(param_1)s::VARCHAR) THEN transcriptions.standing ELSE nullif(transcriptions.standing[%(standing_2)s::TEXT], 'null'::jsonb) END
-- standing_1='status', param_1=<TranscriptionStatus.COMPLETED: 'completed'>, standing_2='before'

-- paused ingest.scan
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.SCAN: 'ingest.scan'>

-- paused ingest.scan, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.SCAN: 'ingest.scan'>

-- paused ingest.inspect
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.INSPECT: 'ingest.inspect'>

-- paused ingest.inspect, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.INSPECT: 'ingest.inspect'>

-- paused transcriber.plan
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.PLAN: 'transcriber.plan'>

-- paused transcriber.plan, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.PLAN: 'transcriber.plan'>

-- paused transcriber.slice
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.SLICE: 'transcriber.slice'>

-- paused transcriber.slice, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.SLICE: 'transcriber.slice'>

-- paused transcriber.finish
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.FINISH: 'transcriber.finish'>

-- paused transcriber.finish, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.FINISH: 'transcriber.finish'>

-- paused vod.publish
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.PUBLISH: 'vod.publish'>

-- paused vod.publish, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.PUBLISH: 'vod.publish'>

-- paused api.task
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.API_TASK: 'api.task'>

-- paused api.task, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.API_TASK: 'api.task'>

-- paused ingest.task
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.INGEST_TASK: 'ingest.task'>

-- paused ingest.task, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.INGEST_TASK: 'ingest.task'>

-- paused transcriber.task
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.TRANSCRIBER_TASK: 'transcriber.task'>

-- paused transcriber.task, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.TRANSCRIBER_TASK: 'transcriber.task'>

-- paused vod.task
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
 OR transcriptions.recording_id IN (SELECT recordings.id
 FROM recordings
 WHERE recordings.paused)
-- lane_1=<Lane.VOD_TASK: 'vod.task'>

-- paused vod.task, not by recording
(EXISTS (SELECT *
 FROM paused_lanes
 WHERE paused_lanes.lane = %(lane_1)s::VARCHAR))
 OR transcriptions.paused
 OR transcriptions.city_id IS NOT NULL
 AND transcriptions.city_id IN (SELECT cities.id
 FROM cities
 WHERE cities.paused)
-- lane_1=<Lane.VOD_TASK: 'vod.task'>
