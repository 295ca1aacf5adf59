const phoneDisplay = {
  title: '陈列',
  held: '占有情况',
  popHeld: 'POP 位占有率',
  displayHeld: '陈列位占有率',
  corrections: '待整改',
  noCorrections: '没有待整改的检查项',
  due: '期限 {{day}}',
  late: '逾期',
  open: '待整改',
  launches: '待投放的新品上市物料',
  toHang: '待投放的物料',
  consent: '同意投放的店方负责人',
  consentHelp: '提交即确认：现场已清理，已征询店方意见并致谢',
  consentFirst: '请填写同意投放的店方负责人',
  recalls: '待撤换的物料',
  material: '在点物料',
  noMaterial: '没有在点物料',
  conditions: { good: '完好', damaged: '破损', misplaced: '不规范' },
  rescores: '我的检查复评差异',
  noRescores: '没有待答复的复评差异',
  rescoreNote: '原得分 {{first}}，复评 {{second}}',
  reply: '答复',
  replyFirst: '请写明答复，至少 2 个字',
  replied: '已答复',
  photo: '照片',
  photoFirst: '请先拍照',
  note: '说明',
  noteHelp: '复查物料时，完好可不填；填写则记为破损',
  send: '提交',
  sent: '已提交（{{outlet}}）',
};

export default phoneDisplay;

declare module '../names' {
  interface Texts {
    phoneDisplay: typeof phoneDisplay;
  }
}
