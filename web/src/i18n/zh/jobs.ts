const jobs = {
  title: '后台任务',
  what: '任务',
  state: '状态',
  begun: '发起时间',
  ended: '结束时间',
  detail: '说明',
  empty: '您发起的导入、结算、导出等任务显示在这里',
};

export default jobs;

declare module '../names' {
  interface Texts {
    jobs: typeof jobs;
  }
}
