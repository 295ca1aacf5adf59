"""Headers and types of the files every rival reads. The same catalogue as crates/kernel/src/facts.rs and the master files."""

# Chinese header of a column, its name, its type.
EVENT = [
    ("事件编号", "event_id", "text"),
    ("业务类型", "kind", "text"),
    ("发生日期", "occurred_on", "date"),
    ("获知日期", "known_on", "date"),
    ("网点编码", "outlet", "text"),
    ("代理商编码", "partner", "text"),
    ("店员工号", "clerk", "text"),
    ("用户号码", "subscriber", "text"),
    ("产品编码", "product", "text"),
    ("套餐月费", "plan_fee", "money"),
    ("原套餐月费", "prior_fee", "money"),
    ("金额", "amount", "money"),
    ("成本", "cost", "money"),
    ("数量", "quantity", "int"),
    ("合约月数", "term_months", "int"),
    ("订单编号", "order_id", "text"),
    ("原事件编号", "ref_event", "text"),
    ("串号", "imei", "text"),
    ("客户等级", "customer_class", "text"),
    ("网络制式", "network", "text"),
    ("实名认证", "identity_verified", "bool"),
    ("回单日期", "slip_on", "date"),
    ("冻结原因", "hold", "text"),
]

MASTER = {
    "partners": [
        ("编码", "code", "text"),
        ("名称", "name", "text"),
        ("类型", "kind", "text"),
        ("层级", "tier", "text"),
        ("级别", "level", "int"),
        ("上级编码", "parent", "text"),
        ("区划代码", "territory", "text"),
        ("合作起始日", "since", "date"),
        ("黑名单", "blacklisted", "bool"),
        ("生效日期", "effective_from", "date"),
        ("失效日期", "effective_to", "date"),
    ],
    "outlets": [
        ("编码", "code", "text"),
        ("名称", "name", "text"),
        ("所属代理商", "owner", "text"),
        ("区划代码", "territory", "text"),
        ("渠道类别", "channel", "text"),
        ("渠道子类", "subtype", "text"),
        ("等级", "grade", "text"),
        ("商圈", "district", "text"),
        ("生效日期", "effective_from", "date"),
        ("失效日期", "effective_to", "date"),
    ],
    "agreements": [
        ("编码", "code", "text"),
        ("代理商编码", "partner", "text"),
        ("承诺额", "commitment", "money"),
        ("续签", "renewed", "bool"),
        ("生效日期", "effective_from", "date"),
        ("失效日期", "effective_to", "date"),
    ],
    "products": [
        ("编码", "code", "text"),
        ("名称", "name", "text"),
        ("产品线", "line", "text"),
        ("类别", "category", "text"),
        ("月费", "plan_fee", "money"),
        ("供货价", "supply_price", "money"),
        ("零售价", "retail_price", "money"),
        ("生效日期", "effective_from", "date"),
        ("失效日期", "effective_to", "date"),
    ],
}


def headers(path, columns, encoding="utf-8-sig"):
    """The file's own headers mapped to names."""
    import csv

    by_header = {header: name for header, name, _ in columns} | {name: name for _, name, _ in columns}
    with open(path, encoding=encoding, newline="") as file:
        first = next(csv.reader(file))
    return {header: by_header[header] for header in first if header in by_header}


def sql_cast(header, kind):
    """DuckDB expression for a cell read as text; money becomes fen."""
    cell = f'nullif(trim("{header}"), \'\')'
    return {
        "text": cell,
        "int": f"try_cast({cell} as bigint)",
        "date": f"try_cast({cell} as date)",
        "money": f"cast(try_cast({cell} as decimal(18, 2)) * 100 as bigint)",
        "bool": f"{cell} in ('是', 'true', '1', 'TRUE', 'Y', 'yes')",
    }[kind]
