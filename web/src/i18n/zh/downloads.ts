const downloads = {
  title: '下载中心',
  kept: '文件保留 7 天，到期自动删除',
  reload: '刷新',
  none: '还没有导出文件',
  noneHelp: '在业务量、审计日志等页面点“导出”，文件生成后在这里下载',
  file: '文件',
  kind: '内容',
  kinds: { figures: '业务统计', audit: '审计日志' },
  state: '状态',
  rows: '行数',
  size: '大小',
  made: '发起时间',
  expires: '到期时间',
  action: '操作',
  download: '下载文件',
  repeat: '重新导出',
  again: '已重新发起，按最新数据生成',
  stop: '停止',
  stopping: '正在停止',
  remove: '删除',
  removeOf: '删除 {{file}}',
  removeSure: '删除这个文件？',
  removed: '已删除',
  xlsx: '导出 Excel',
  csv: '导出 CSV',
  exporting: '导出',
  exported: '导出完成，共 {{count}} 行',
  later: '可以关闭本窗口，文件生成后在此下载：',
};

export default downloads;

declare module '../names' {
  interface Texts {
    downloads: typeof downloads;
  }
}
