-- 文件夹: of the document store (R8.108). Readers are role ids, separated by blanks; none: whoever may read what lies above.
create table document_folder (
    id         TEXT   not null primary key,
    parent     TEXT   references document_folder (id),
    title      TEXT   not null,
    readers    TEXT   not null,
    version    BIGINT not null,
    created_by TEXT   not null,
    created_us BIGINT not null
);
create index document_folder_by_parent on document_folder (parent);

-- 文档: plans, contracts, materials. It is of a division with all below it, or of one partner.
create table document (
    id         TEXT   not null primary key,
    folder     TEXT   not null references document_folder (id),
    title      TEXT   not null,
    kind       TEXT   not null check (kind in ('plan', 'contract', 'material', 'product', 'training', 'meeting', 'other')),
    territory  TEXT   not null,
    partner    TEXT   not null,
    archived   BIGINT not null check (archived in (0, 1)),
    version    BIGINT not null,
    files      BIGINT not null,
    created_by TEXT   not null,
    created_us BIGINT not null,
    changed_by TEXT   not null,
    changed_us BIGINT not null
);
create index document_by_folder on document (folder, changed_us);

-- Every file a document ever had, with its words in small letters for searching.
create table document_file (
    document   TEXT   not null references document (id),
    number     BIGINT not null,
    sha256     TEXT   not null,
    kind       TEXT   not null,
    name       TEXT   not null,
    bytes      BIGINT not null,
    note       TEXT   not null,
    words      TEXT   not null,
    brought_by TEXT   not null,
    at_us      BIGINT not null,
    primary key (document, number)
);
