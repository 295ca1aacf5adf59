const disputes = {
  title: '酬金争议',
  list: '争议列表',
  id: '编号',
  partner: '代理商',
  about: '争议内容',
  amount: '该行金额（元）',
  answerBy: '答复期限',
  late: '已超期',
  state: '状态',
  all: '全部',
  states: { open: '待答复', proposed: '待复核', answered: '已答复', closed: '已关闭' },
  outcomes: { upheld: '认可', rejected: '不予调整', withdrawn: '已撤回' },
  search: '编号、代理商编码、规则',
  period: '账期',
  claim: '代理商的说明',
  raised: '{{who}} 于 {{at}} 提出',
  photo: '第 {{number}} 张照片',
  proof: '查看计酬说明',
  answer: '答复',
  answerHelp: '认可时填写调整金额，须由另一人复核后计入当前开放月份；金额留空即不予调整',
  adjustment: '调整金额（元）',
  adjustmentWrong: '请输入金额，例如 30.96；扣减用负数',
  reason: '答复理由',
  reasonMissing: '请写明理由，代理商会看到',
  answered: '已答复',
  approve: '复核通过',
  approveHelp: '{{amount}} 将计入当前开放月份的对账单',
  approved: '已复核通过',
  sendBack: '退回',
  sendBackHelp: '退回后须重新答复',
  sentBack: '已退回',
  note: '退回原因',
  proposedBy: '{{who}} 提出调整 {{amount}}',
  own: '调整金额由您提出，须由另一人复核',
  postIn: '将计入{{month}}对账单',
  statedIn: '已计入{{month}}对账单',
};

export default disputes;

declare module '../names' {
  interface Texts {
    disputes: typeof disputes;
  }
}
