CREATE TABLE messages (
  seq bigserial PRIMARY KEY,
  room text NOT NULL,
  id text NOT NULL,
  text text NOT NULL
);
CREATE INDEX messages_of_room ON messages (room, seq);
