-- 受理权限等级: kept with the acceptance levels that orders go by, and nowhere else.
drop table network_grade;
