CREATE TABLE batches (
	day TEXT COLLATE "C" NOT NULL,
	source TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	papers BIGINT NOT NULL,
	broken BIGINT NOT NULL,
	fetched_at BIGINT NOT NULL,
	CONSTRAINT pk_batches PRIMARY KEY (day, source)
);

CREATE TABLE dm_breaker (
	id BIGINT NOT NULL,
	until BIGINT NOT NULL,
	reason TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_dm_breaker PRIMARY KEY (id)
);

CREATE TABLE dm_log (
	id BIGSERIAL NOT NULL,
	at BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_dm_log PRIMARY KEY (id)
);

CREATE INDEX ix_dm_log_at ON dm_log (at);

CREATE TABLE editions (
	source TEXT COLLATE "C" NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	day TEXT COLLATE "C" NOT NULL,
	until TEXT COLLATE "C" NOT NULL,
	papers BIGINT NOT NULL,
	CONSTRAINT pk_editions PRIMARY KEY (source, name)
);

CREATE TABLE erasures (
	id BIGSERIAL NOT NULL,
	salt BYTEA NOT NULL,
	digest BYTEA NOT NULL,
	erased_at BIGINT NOT NULL,
	CONSTRAINT pk_erasures PRIMARY KEY (id)
);

CREATE INDEX ix_erasures_erased_at ON erasures (erased_at);

CREATE TABLE guilds (
	id BIGINT NOT NULL,
	joined_at BIGINT NOT NULL,
	welcomed_at BIGINT,
	left_at BIGINT,
	discusses BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_guilds PRIMARY KEY (id)
);

CREATE INDEX ix_guilds_left_at ON guilds (left_at) WHERE left_at IS NOT NULL;

CREATE TABLE incidents (
	id BIGSERIAL NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	subject TEXT COLLATE "C" NOT NULL,
	text TEXT COLLATE "C" NOT NULL,
	began_at BIGINT NOT NULL,
	seen_at BIGINT NOT NULL,
	ended_at BIGINT,
	told_at BIGINT,
	CONSTRAINT pk_incidents PRIMARY KEY (id)
);

CREATE INDEX ix_incidents_ended_at ON incidents (ended_at);

CREATE UNIQUE INDEX uq_incidents_open ON incidents (kind, subject) WHERE ended_at IS NULL;

CREATE TABLE leases (
	name TEXT COLLATE "C" NOT NULL,
	epoch BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	host TEXT COLLATE "C" NOT NULL,
	system TEXT COLLATE "C" NOT NULL,
	pid BIGINT NOT NULL,
	started TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_leases PRIMARY KEY (name)
);

CREATE TABLE papers (
	row BIGSERIAL NOT NULL,
	id TEXT COLLATE "C" NOT NULL,
	title TEXT COLLATE "C" NOT NULL,
	abstract TEXT COLLATE "C" NOT NULL,
	authors TEXT COLLATE "C" NOT NULL,
	published_at BIGINT,
	categories TEXT COLLATE "C" NOT NULL,
	summary TEXT COLLATE "C",
	keywords TEXT COLLATE "C" NOT NULL,
	organization TEXT COLLATE "C",
	repository TEXT COLLATE "C",
	project_page TEXT COLLATE "C",
	thumbnail TEXT COLLATE "C",
	media TEXT COLLATE "C" NOT NULL,
	submitter TEXT COLLATE "C",
	comment TEXT COLLATE "C",
	doi TEXT COLLATE "C",
	journal_ref TEXT COLLATE "C",
	version BIGINT,
	updated_at BIGINT,
	withdrawn_at BIGINT,
	linked_models BIGINT,
	linked_datasets BIGINT,
	linked_spaces BIGINT,
	upvotes BIGINT,
	stars BIGINT,
	comments BIGINT,
	first_seen_at BIGINT NOT NULL,
	revision BIGINT NOT NULL,
	source TEXT COLLATE "C",
	venue TEXT COLLATE "C",
	kind TEXT COLLATE "C",
	licence TEXT COLLATE "C",
	short TEXT COLLATE "C",
	title_number BIGINT,
	CONSTRAINT pk_papers PRIMARY KEY (row),
	CONSTRAINT uq_papers_id UNIQUE (id)
);

CREATE INDEX ix_papers_doi ON papers (doi, id);

CREATE INDEX ix_papers_revision ON papers (revision);

CREATE INDEX ix_papers_short ON papers (short) WHERE short IS NOT NULL;

CREATE INDEX ix_papers_title_number ON papers (title_number) WHERE title_number IS NOT NULL;

CREATE INDEX ix_papers_uncategorised ON papers (row) WHERE categories = '[]';

CREATE TABLE search_sessions (
	id BIGSERIAL NOT NULL,
	query TEXT COLLATE "C" NOT NULL,
	since TEXT COLLATE "C",
	categories TEXT COLLATE "C" NOT NULL,
	sort TEXT COLLATE "C" NOT NULL,
	fresh BIGINT NOT NULL,
	hits TEXT COLLATE "C",
	remarks TEXT COLLATE "C" NOT NULL,
	used BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_search_sessions PRIMARY KEY (id)
);

CREATE INDEX ix_search_sessions_created_at ON search_sessions (created_at);

CREATE INDEX ix_search_sessions_hits ON search_sessions (created_at) WHERE hits IS NOT NULL;

CREATE TABLE source_health (
	source TEXT COLLATE "C" NOT NULL,
	succeeded_at BIGINT,
	failing_since BIGINT,
	failed_at BIGINT,
	kind TEXT COLLATE "C",
	detail TEXT COLLATE "C",
	retry_at BIGINT,
	CONSTRAINT pk_source_health PRIMARY KEY (source)
);

CREATE TABLE source_searches (
	question TEXT COLLATE "C" NOT NULL,
	asked_at BIGINT NOT NULL,
	answered_at BIGINT,
	answers TEXT COLLATE "C" NOT NULL,
	papers TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_source_searches PRIMARY KEY (question)
);

CREATE INDEX ix_source_searches_asked_at ON source_searches (asked_at);

CREATE TABLE synced_commands (
	application_id BIGINT NOT NULL,
	payload_hash TEXT COLLATE "C" NOT NULL,
	command_ids TEXT COLLATE "C" NOT NULL,
	synced_at BIGINT NOT NULL,
	CONSTRAINT pk_synced_commands PRIMARY KEY (application_id)
);

CREATE TABLE topic_drafts (
	id BIGSERIAL NOT NULL,
	query TEXT COLLATE "C" NOT NULL,
	mode TEXT COLLATE "C" NOT NULL,
	every TEXT COLLATE "C",
	min_votes BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	shown TEXT COLLATE "C",
	brings_from BIGINT,
	CONSTRAINT pk_topic_drafts PRIMARY KEY (id)
);

CREATE INDEX ix_topic_drafts_created_at ON topic_drafts (created_at);

CREATE TABLE topics (
	id BIGSERIAL NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	query TEXT COLLATE "C" NOT NULL,
	mode TEXT COLLATE "C" NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_topics PRIMARY KEY (id),
	CONSTRAINT uq_topics_key UNIQUE (key)
);

CREATE TABLE users (
	id BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_users PRIMARY KEY (id)
);

CREATE TABLE watermarks (
	name TEXT COLLATE "C" NOT NULL,
	value BIGINT NOT NULL,
	CONSTRAINT pk_watermarks PRIMARY KEY (name)
);

CREATE TABLE batch_papers (
	entry BIGSERIAL NOT NULL,
	day TEXT COLLATE "C" NOT NULL,
	source TEXT COLLATE "C" NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	position BIGINT NOT NULL,
	announcement TEXT COLLATE "C",
	CONSTRAINT pk_batch_papers PRIMARY KEY (entry),
	CONSTRAINT uq_batch_papers_day_source_paper_id UNIQUE (day, source, paper_id),
	CONSTRAINT fk_batch_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_batch_papers_paper_id ON batch_papers (paper_id);

CREATE TABLE brought_papers (
	user_id BIGINT NOT NULL,
	year BIGINT NOT NULL,
	papers BYTEA NOT NULL,
	CONSTRAINT pk_brought_papers PRIMARY KEY (user_id, year),
	CONSTRAINT fk_brought_papers_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE cards (
	message_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	channel_id BIGINT NOT NULL,
	guild_id BIGINT,
	posted_at BIGINT NOT NULL,
	CONSTRAINT pk_cards PRIMARY KEY (message_id, paper_id),
	CONSTRAINT fk_cards_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_cards_channel_id ON cards (channel_id) WHERE guild_id IS NULL;

CREATE INDEX ix_cards_guild_id ON cards (guild_id) WHERE guild_id IS NOT NULL;

CREATE INDEX ix_cards_posted_at ON cards (posted_at);

CREATE TABLE clubs (
	id BIGSERIAL NOT NULL,
	guild_id BIGINT NOT NULL,
	channel_id BIGINT NOT NULL,
	anchor TEXT COLLATE "C" NOT NULL,
	every TEXT COLLATE "C" NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	timezone TEXT COLLATE "C" NOT NULL,
	rotates BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	reason TEXT COLLATE "C",
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_clubs PRIMARY KEY (id),
	CONSTRAINT fk_clubs_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE,
	CONSTRAINT uq_clubs_channel_id UNIQUE (channel_id)
);

CREATE INDEX ix_clubs_guild_id ON clubs (guild_id);

CREATE TABLE digests (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	local_date TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	payload TEXT COLLATE "C",
	message_id BIGINT,
	planned_at BIGINT NOT NULL,
	sent_at BIGINT,
	finished_at BIGINT,
	expires_at BIGINT NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	next_try_at BIGINT,
	reason TEXT COLLATE "C",
	batch_day TEXT COLLATE "C",
	CONSTRAINT pk_digests PRIMARY KEY (id),
	CONSTRAINT uq_digests_user_id_local_date UNIQUE (user_id, local_date),
	CONSTRAINT fk_digests_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_digests_planned_at ON digests (planned_at, state, reason);

CREATE INDEX ix_digests_state ON digests (state);

CREATE TABLE discussions (
	id BIGSERIAL NOT NULL,
	guild_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	channel_id BIGINT NOT NULL,
	payload TEXT COLLATE "C" NOT NULL,
	message_id BIGINT,
	thread_id BIGINT,
	claimed_at BIGINT NOT NULL,
	sent_at BIGINT,
	CONSTRAINT pk_discussions PRIMARY KEY (id),
	CONSTRAINT uq_discussions_guild_id_paper_id UNIQUE (guild_id, paper_id),
	CONSTRAINT fk_discussions_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE,
	CONSTRAINT fk_discussions_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_discussions_paper_id ON discussions (paper_id);

CREATE INDEX ix_discussions_unfinished ON discussions (id) WHERE thread_id IS NULL;

CREATE TABLE dismissals (
	user_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	dismissed_at BIGINT NOT NULL,
	kind TEXT COLLATE "C" DEFAULT 'unwanted' NOT NULL,
	CONSTRAINT pk_dismissals PRIMARY KEY (user_id, paper_id),
	CONSTRAINT fk_dismissals_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_dismissals_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_dismissals_paper_id ON dismissals (paper_id);

CREATE TABLE feeds (
	id BIGSERIAL NOT NULL,
	guild_id BIGINT NOT NULL,
	channel_id BIGINT NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	timezone TEXT COLLATE "C" NOT NULL,
	size BIGINT NOT NULL,
	min_votes BIGINT NOT NULL,
	include TEXT COLLATE "C" NOT NULL,
	exclude TEXT COLLATE "C" NOT NULL,
	categories TEXT COLLATE "C" NOT NULL,
	topics TEXT COLLATE "C" DEFAULT '[]' NOT NULL,
	ping_role_id BIGINT,
	state TEXT COLLATE "C" NOT NULL,
	disabled_reason TEXT COLLATE "C",
	told_at BIGINT,
	created_at BIGINT NOT NULL,
	set_at BIGINT,
	language TEXT COLLATE "C",
	sources TEXT COLLATE "C" DEFAULT '[]' NOT NULL,
	taste TEXT COLLATE "C" DEFAULT 'off' NOT NULL,
	kind TEXT COLLATE "C" DEFAULT 'channel' NOT NULL,
	layout TEXT COLLATE "C" DEFAULT 'day' NOT NULL,
	tags TEXT COLLATE "C" DEFAULT 'existing' NOT NULL,
	publish BIGINT DEFAULT '0' NOT NULL,
	every TEXT COLLATE "C" DEFAULT 'day' NOT NULL,
	weekday BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_feeds PRIMARY KEY (id),
	CONSTRAINT fk_feeds_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE
);

CREATE INDEX ix_feeds_guild_id ON feeds (guild_id);

CREATE INDEX ix_feeds_state ON feeds (state, timezone, at);

CREATE UNIQUE INDEX uq_feeds_channel_id_daily ON feeds (channel_id) WHERE every IN ('day', 'weekdays');

CREATE UNIQUE INDEX uq_feeds_channel_id_every ON feeds (channel_id, every);

CREATE TABLE followed_papers (
	paper_id TEXT COLLATE "C" NOT NULL,
	saved_at BIGINT NOT NULL,
	archive_due_at BIGINT NOT NULL,
	archive_seen_at BIGINT,
	community_due_at BIGINT NOT NULL,
	community_seen_at BIGINT,
	levels TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_followed_papers PRIMARY KEY (paper_id),
	CONSTRAINT fk_followed_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_followed_papers_archive_due_at ON followed_papers (archive_due_at);

CREATE INDEX ix_followed_papers_community_due_at ON followed_papers (community_due_at);

CREATE TABLE learned_papers (
	user_id BIGINT NOT NULL,
	topic_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	score DOUBLE PRECISION NOT NULL,
	CONSTRAINT pk_learned_papers PRIMARY KEY (user_id, topic_id, paper_id),
	CONSTRAINT fk_learned_papers_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_learned_papers_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE,
	CONSTRAINT fk_learned_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_learned_papers_paper_id ON learned_papers (paper_id);

CREATE INDEX ix_learned_papers_topic_id ON learned_papers (topic_id);

CREATE TABLE lists (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	name TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	emoji TEXT COLLATE "C",
	emoji_key TEXT COLLATE "C",
	is_default BIGINT DEFAULT '0' NOT NULL,
	is_read BIGINT DEFAULT '0' NOT NULL,
	created_at BIGINT NOT NULL,
	news BIGINT DEFAULT '1' NOT NULL,
	learn BIGINT DEFAULT '1' NOT NULL,
	CONSTRAINT pk_lists PRIMARY KEY (id),
	CONSTRAINT uq_lists_user_id_key UNIQUE (user_id, key),
	CONSTRAINT uq_lists_user_id_emoji_key UNIQUE (user_id, emoji_key),
	CONSTRAINT fk_lists_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE mutes (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	key TEXT COLLATE "C" NOT NULL,
	text TEXT COLLATE "C" NOT NULL,
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_mutes PRIMARY KEY (id),
	CONSTRAINT uq_mutes_user_id_kind_key UNIQUE (user_id, kind, key),
	CONSTRAINT fk_mutes_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE news (
	id BIGSERIAL NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	kind TEXT COLLATE "C" NOT NULL,
	level BIGINT NOT NULL,
	words TEXT COLLATE "C" NOT NULL,
	address TEXT COLLATE "C",
	number BIGINT,
	found_at BIGINT NOT NULL,
	CONSTRAINT pk_news PRIMARY KEY (id),
	CONSTRAINT uq_news_paper_id_kind_level UNIQUE (paper_id, kind, level),
	CONSTRAINT fk_news_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_news_found_at ON news (found_at);

CREATE TABLE notes (
	user_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	text TEXT COLLATE "C" NOT NULL,
	updated_at BIGINT NOT NULL,
	CONSTRAINT pk_notes PRIMARY KEY (user_id, paper_id),
	CONSTRAINT fk_notes_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_notes_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_notes_paper_id ON notes (paper_id);

CREATE TABLE opened_papers (
	user_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	opened_at BIGINT NOT NULL,
	CONSTRAINT pk_opened_papers PRIMARY KEY (user_id, paper_id),
	CONSTRAINT fk_opened_papers_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_opened_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_opened_papers_opened_at ON opened_papers (opened_at);

CREATE INDEX ix_opened_papers_paper_id ON opened_papers (paper_id);

CREATE TABLE paper_aliases (
	alias TEXT COLLATE "C" NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_paper_aliases PRIMARY KEY (alias),
	CONSTRAINT fk_paper_aliases_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_paper_aliases_paper_id ON paper_aliases (paper_id);

CREATE TABLE preferences (
	user_id BIGINT NOT NULL,
	counted BIGINT DEFAULT '1' NOT NULL,
	updated_at BIGINT NOT NULL,
	news BIGINT DEFAULT '1' NOT NULL,
	picks BIGINT DEFAULT '3' NOT NULL,
	named BIGINT DEFAULT '0' NOT NULL,
	CONSTRAINT pk_preferences PRIMARY KEY (user_id),
	CONSTRAINT fk_preferences_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE removals (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	saves TEXT COLLATE "C" NOT NULL,
	replaced_by TEXT COLLATE "C" NOT NULL,
	note TEXT COLLATE "C",
	noted_at BIGINT,
	removed_at BIGINT NOT NULL,
	CONSTRAINT pk_removals PRIMARY KEY (id),
	CONSTRAINT fk_removals_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_removals_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_removals_paper_id ON removals (paper_id);

CREATE INDEX ix_removals_removed_at ON removals (removed_at);

CREATE INDEX ix_removals_user_id_paper_id ON removals (user_id, paper_id);

CREATE TABLE shelves (
	guild_id BIGINT NOT NULL,
	emoji TEXT COLLATE "C" NOT NULL,
	emoji_key TEXT COLLATE "C" NOT NULL,
	adding TEXT COLLATE "C" NOT NULL,
	role_id BIGINT,
	shows_saves BIGINT DEFAULT '0' NOT NULL,
	channel_id BIGINT,
	weekday BIGINT DEFAULT '0' NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	timezone TEXT COLLATE "C" NOT NULL,
	weekly_since BIGINT,
	stopped_reason TEXT COLLATE "C",
	created_at BIGINT NOT NULL,
	CONSTRAINT pk_shelves PRIMARY KEY (guild_id),
	CONSTRAINT fk_shelves_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE
);

CREATE INDEX ix_shelves_weekly ON shelves (timezone, weekday, at) WHERE channel_id IS NOT NULL AND stopped_reason IS NULL;

CREATE TABLE shown_papers (
	channel_id BIGINT NOT NULL,
	year BIGINT NOT NULL,
	guild_id BIGINT NOT NULL,
	since TEXT COLLATE "C" NOT NULL,
	papers BYTEA NOT NULL,
	CONSTRAINT pk_shown_papers PRIMARY KEY (channel_id, year),
	CONSTRAINT fk_shown_papers_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE
);

CREATE INDEX ix_shown_papers_guild_id ON shown_papers (guild_id);

CREATE TABLE snapshots (
	paper_id TEXT COLLATE "C" NOT NULL,
	at BIGINT NOT NULL,
	upvotes BIGINT,
	stars BIGINT,
	comments BIGINT,
	CONSTRAINT pk_snapshots PRIMARY KEY (paper_id, at),
	CONSTRAINT fk_snapshots_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_snapshots_at ON snapshots (at);

CREATE TABLE subscribers (
	user_id BIGINT NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	timezone TEXT COLLATE "C" NOT NULL,
	every TEXT COLLATE "C" NOT NULL,
	quiet_until TEXT COLLATE "C",
	dm_channel_id BIGINT,
	strikes BIGINT DEFAULT '0' NOT NULL,
	closed_at BIGINT,
	closed_reason TEXT COLLATE "C",
	created_at BIGINT NOT NULL,
	language TEXT COLLATE "C",
	CONSTRAINT pk_subscribers PRIMARY KEY (user_id),
	CONSTRAINT fk_subscribers_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_subscribers_timezone ON subscribers (timezone, at);

CREATE TABLE subscriptions (
	user_id BIGINT NOT NULL,
	topic_id BIGINT NOT NULL,
	min_votes BIGINT NOT NULL,
	paused BIGINT DEFAULT '0' NOT NULL,
	created_at BIGINT NOT NULL,
	learned_since BIGINT,
	brings_from BIGINT,
	CONSTRAINT pk_subscriptions PRIMARY KEY (user_id, topic_id),
	CONSTRAINT fk_subscriptions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_subscriptions_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE
);

CREATE INDEX ix_subscriptions_topic_id ON subscriptions (topic_id);

CREATE TABLE topic_matches (
	topic_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	score DOUBLE PRECISION NOT NULL,
	reason TEXT COLLATE "C" NOT NULL,
	matched_at BIGINT NOT NULL,
	CONSTRAINT pk_topic_matches PRIMARY KEY (topic_id, paper_id),
	CONSTRAINT fk_topic_matches_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE,
	CONSTRAINT fk_topic_matches_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_topic_matches_matched_at ON topic_matches (matched_at);

CREATE INDEX ix_topic_matches_paper_id ON topic_matches (paper_id);

CREATE TABLE vectors (
	paper_id TEXT COLLATE "C" NOT NULL,
	model TEXT COLLATE "C" NOT NULL,
	revision BIGINT NOT NULL,
	vector BYTEA NOT NULL,
	CONSTRAINT pk_vectors PRIMARY KEY (paper_id, model),
	CONSTRAINT fk_vectors_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_vectors_model ON vectors (model);

CREATE TABLE club_members (
	club_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	presented_on TEXT COLLATE "C",
	CONSTRAINT pk_club_members PRIMARY KEY (club_id, user_id),
	CONSTRAINT fk_club_members_club_id FOREIGN KEY(club_id) REFERENCES clubs (id) ON DELETE CASCADE,
	CONSTRAINT fk_club_members_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_club_members_user_id ON club_members (user_id);

CREATE TABLE club_nominations (
	id BIGSERIAL NOT NULL,
	club_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	user_id BIGINT NOT NULL,
	nominated_at BIGINT NOT NULL,
	CONSTRAINT pk_club_nominations PRIMARY KEY (id),
	CONSTRAINT uq_club_nominations_club_id_paper_id UNIQUE (club_id, paper_id),
	CONSTRAINT fk_club_nominations_club_id FOREIGN KEY(club_id) REFERENCES clubs (id) ON DELETE CASCADE,
	CONSTRAINT fk_club_nominations_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE,
	CONSTRAINT fk_club_nominations_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_club_nominations_paper_id ON club_nominations (paper_id);

CREATE INDEX ix_club_nominations_user_id ON club_nominations (user_id);

CREATE TABLE club_sessions (
	id BIGSERIAL NOT NULL,
	club_id BIGINT NOT NULL,
	day TEXT COLLATE "C" NOT NULL,
	at TEXT COLLATE "C" NOT NULL,
	timezone TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	paper_id TEXT COLLATE "C",
	decided_at BIGINT,
	event_id BIGINT,
	thread_id BIGINT,
	opened_at BIGINT NOT NULL,
	finished_at BIGINT,
	look_at BIGINT,
	CONSTRAINT pk_club_sessions PRIMARY KEY (id),
	CONSTRAINT uq_club_sessions_club_id_day UNIQUE (club_id, day),
	CONSTRAINT fk_club_sessions_club_id FOREIGN KEY(club_id) REFERENCES clubs (id) ON DELETE CASCADE,
	CONSTRAINT fk_club_sessions_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE SET NULL
);

CREATE INDEX ix_club_sessions_finished_at ON club_sessions (finished_at);

CREATE INDEX ix_club_sessions_look_at ON club_sessions (state, look_at);

CREATE INDEX ix_club_sessions_paper_id ON club_sessions (paper_id);

CREATE TABLE digest_papers (
	digest_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	CONSTRAINT pk_digest_papers PRIMARY KEY (digest_id, position),
	CONSTRAINT fk_digest_papers_digest_id FOREIGN KEY(digest_id) REFERENCES digests (id) ON DELETE CASCADE,
	CONSTRAINT fk_digest_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_digest_papers_paper_id ON digest_papers (paper_id);

CREATE TABLE feed_links (
	id BIGSERIAL NOT NULL,
	token_hash BYTEA NOT NULL,
	feed_id BIGINT,
	user_id BIGINT,
	topic_id BIGINT,
	list_id BIGINT,
	host TEXT COLLATE "C" NOT NULL,
	created_at BIGINT NOT NULL,
	guild_id BIGINT,
	CONSTRAINT pk_feed_links PRIMARY KEY (id),
	CONSTRAINT uq_feed_links_token_hash UNIQUE (token_hash),
	CONSTRAINT fk_feed_links_feed_id FOREIGN KEY(feed_id) REFERENCES feeds (id) ON DELETE CASCADE,
	CONSTRAINT fk_feed_links_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_feed_links_topic_id FOREIGN KEY(topic_id) REFERENCES topics (id) ON DELETE CASCADE,
	CONSTRAINT fk_feed_links_list_id FOREIGN KEY(list_id) REFERENCES lists (id) ON DELETE CASCADE
);

CREATE INDEX ix_feed_links_feed_id ON feed_links (feed_id);

CREATE INDEX ix_feed_links_guild_id ON feed_links (guild_id);

CREATE INDEX ix_feed_links_list_id ON feed_links (list_id);

CREATE INDEX ix_feed_links_topic_id ON feed_links (topic_id);

CREATE INDEX ix_feed_links_user_id ON feed_links (user_id);

CREATE TABLE person_news (
	user_id BIGINT NOT NULL,
	news_id BIGINT NOT NULL,
	brought_at BIGINT,
	digest_id BIGINT,
	CONSTRAINT pk_person_news PRIMARY KEY (user_id, news_id),
	CONSTRAINT fk_person_news_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_person_news_news_id FOREIGN KEY(news_id) REFERENCES news (id) ON DELETE CASCADE,
	CONSTRAINT fk_person_news_digest_id FOREIGN KEY(digest_id) REFERENCES digests (id) ON DELETE SET NULL
);

CREATE INDEX ix_person_news_digest_id ON person_news (digest_id);

CREATE INDEX ix_person_news_news_id ON person_news (news_id);

CREATE TABLE posts (
	id BIGSERIAL NOT NULL,
	feed_id BIGINT,
	guild_id BIGINT NOT NULL,
	channel_id BIGINT NOT NULL,
	batch_day TEXT COLLATE "C" NOT NULL,
	local_date TEXT COLLATE "C",
	state TEXT COLLATE "C" NOT NULL,
	late BIGINT DEFAULT '0' NOT NULL,
	payload TEXT COLLATE "C",
	header_message_id BIGINT,
	thread_id BIGINT,
	planned_at BIGINT NOT NULL,
	started_at BIGINT,
	sent_at BIGINT,
	finished_at BIGINT,
	attempts BIGINT DEFAULT '0' NOT NULL,
	next_try_at BIGINT,
	refreshes BIGINT DEFAULT '0' NOT NULL,
	reason TEXT COLLATE "C",
	rest TEXT COLLATE "C",
	crosspost TEXT COLLATE "C",
	every TEXT COLLATE "C" DEFAULT 'day' NOT NULL,
	CONSTRAINT pk_posts PRIMARY KEY (id),
	CONSTRAINT uq_posts_feed_id_batch_day UNIQUE (feed_id, batch_day),
	CONSTRAINT uq_posts_feed_id_local_date UNIQUE (feed_id, local_date),
	CONSTRAINT fk_posts_feed_id FOREIGN KEY(feed_id) REFERENCES feeds (id) ON DELETE SET NULL,
	CONSTRAINT fk_posts_guild_id FOREIGN KEY(guild_id) REFERENCES guilds (id) ON DELETE CASCADE
);

CREATE INDEX ix_posts_channel_id ON posts (channel_id);

CREATE INDEX ix_posts_crosspost ON posts (crosspost) WHERE crosspost IS NOT NULL;

CREATE INDEX ix_posts_guild_id ON posts (guild_id);

CREATE INDEX ix_posts_payload ON posts (planned_at) WHERE payload IS NOT NULL;

CREATE INDEX ix_posts_planned_at ON posts (planned_at, state, reason);

CREATE INDEX ix_posts_refreshes ON posts (state, refreshes, finished_at);

CREATE INDEX ix_posts_started_at ON posts (started_at);

CREATE INDEX ix_posts_state ON posts (state);

CREATE TABLE saves (
	id BIGSERIAL NOT NULL,
	user_id BIGINT NOT NULL,
	list_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	via TEXT COLLATE "C" NOT NULL,
	emoji_key TEXT COLLATE "C",
	kept BIGINT DEFAULT '1' NOT NULL,
	message_id BIGINT,
	channel_id BIGINT,
	guild_id BIGINT,
	saved_at BIGINT NOT NULL,
	CONSTRAINT pk_saves PRIMARY KEY (id),
	CONSTRAINT fk_saves_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_saves_list_id FOREIGN KEY(list_id) REFERENCES lists (id) ON DELETE CASCADE,
	CONSTRAINT fk_saves_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_saves_guild_id_saved_at ON saves (guild_id, saved_at);

CREATE INDEX ix_saves_list_id ON saves (list_id);

CREATE INDEX ix_saves_paper_id ON saves (paper_id);

CREATE INDEX ix_saves_user_id ON saves (user_id);

CREATE UNIQUE INDEX uq_saves_deliberate ON saves (list_id, paper_id) WHERE emoji_key IS NULL;

CREATE UNIQUE INDEX uq_saves_reaction ON saves (message_id, user_id, emoji_key, paper_id) WHERE emoji_key IS NOT NULL;

CREATE TABLE shelf_additions (
	id BIGSERIAL NOT NULL,
	guild_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	via TEXT COLLATE "C" NOT NULL,
	emoji_key TEXT COLLATE "C",
	kept BIGINT DEFAULT '1' NOT NULL,
	message_id BIGINT,
	channel_id BIGINT,
	added_at BIGINT NOT NULL,
	CONSTRAINT pk_shelf_additions PRIMARY KEY (id),
	CONSTRAINT fk_shelf_additions_guild_id FOREIGN KEY(guild_id) REFERENCES shelves (guild_id) ON DELETE CASCADE,
	CONSTRAINT fk_shelf_additions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE,
	CONSTRAINT fk_shelf_additions_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_shelf_additions_guild_id_paper_id ON shelf_additions (guild_id, paper_id);

CREATE INDEX ix_shelf_additions_paper_id ON shelf_additions (paper_id);

CREATE INDEX ix_shelf_additions_user_id ON shelf_additions (user_id);

CREATE UNIQUE INDEX uq_shelf_additions_deliberate ON shelf_additions (guild_id, user_id, paper_id) WHERE emoji_key IS NULL;

CREATE UNIQUE INDEX uq_shelf_additions_reaction ON shelf_additions (message_id, user_id, emoji_key, paper_id) WHERE emoji_key IS NOT NULL;

CREATE TABLE shelf_papers (
	guild_id BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	pinned_at BIGINT,
	blocked_at BIGINT,
	posted_at BIGINT,
	CONSTRAINT pk_shelf_papers PRIMARY KEY (guild_id, paper_id),
	CONSTRAINT fk_shelf_papers_guild_id FOREIGN KEY(guild_id) REFERENCES shelves (guild_id) ON DELETE CASCADE,
	CONSTRAINT fk_shelf_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_shelf_papers_paper_id ON shelf_papers (paper_id);

CREATE TABLE shelf_posts (
	id BIGSERIAL NOT NULL,
	guild_id BIGINT NOT NULL,
	local_date TEXT COLLATE "C" NOT NULL,
	channel_id BIGINT NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	payload TEXT COLLATE "C",
	message_id BIGINT,
	planned_at BIGINT NOT NULL,
	sent_at BIGINT,
	finished_at BIGINT,
	attempts BIGINT DEFAULT '0' NOT NULL,
	next_try_at BIGINT,
	reason TEXT COLLATE "C",
	CONSTRAINT pk_shelf_posts PRIMARY KEY (id),
	CONSTRAINT uq_shelf_posts_guild_id_local_date UNIQUE (guild_id, local_date),
	CONSTRAINT fk_shelf_posts_guild_id FOREIGN KEY(guild_id) REFERENCES shelves (guild_id) ON DELETE CASCADE
);

CREATE INDEX ix_shelf_posts_planned_at ON shelf_posts (planned_at);

CREATE INDEX ix_shelf_posts_state ON shelf_posts (state);

CREATE TABLE club_steps (
	session_id BIGINT NOT NULL,
	step TEXT COLLATE "C" NOT NULL,
	state TEXT COLLATE "C" NOT NULL,
	payload TEXT COLLATE "C",
	planned_at BIGINT NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	made_id BIGINT,
	reason TEXT COLLATE "C",
	CONSTRAINT pk_club_steps PRIMARY KEY (session_id, step),
	CONSTRAINT fk_club_steps_session_id FOREIGN KEY(session_id) REFERENCES club_sessions (id) ON DELETE CASCADE
);

CREATE TABLE club_turns (
	session_id BIGINT NOT NULL,
	user_id BIGINT NOT NULL,
	answer TEXT COLLATE "C" NOT NULL,
	planned_at BIGINT NOT NULL,
	attempts BIGINT DEFAULT '0' NOT NULL,
	message_id BIGINT,
	CONSTRAINT pk_club_turns PRIMARY KEY (session_id, user_id),
	CONSTRAINT fk_club_turns_session_id FOREIGN KEY(session_id) REFERENCES club_sessions (id) ON DELETE CASCADE,
	CONSTRAINT fk_club_turns_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX ix_club_turns_user_id ON club_turns (user_id);

CREATE TABLE post_papers (
	post_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	paper_id TEXT COLLATE "C" NOT NULL,
	message_id BIGINT,
	behind BIGINT,
	upvotes BIGINT,
	code BIGINT,
	CONSTRAINT pk_post_papers PRIMARY KEY (post_id, position),
	CONSTRAINT fk_post_papers_post_id FOREIGN KEY(post_id) REFERENCES posts (id) ON DELETE CASCADE,
	CONSTRAINT fk_post_papers_paper_id FOREIGN KEY(paper_id) REFERENCES papers (id) ON DELETE CASCADE
);

CREATE INDEX ix_post_papers_paper_id ON post_papers (paper_id);
