create table made (by text); insert into made values ('create.sql');
