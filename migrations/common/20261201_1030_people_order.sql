-- A list of many people is paged by name, and looked through by role, without reading all of them.
create index access_person_by_name on access_person (name {by_bytes}, login {by_bytes});
create index access_grant_by_role on access_grant (role, login);
