// Tier tables: to read, and as a grid that writes the text anew.
import { DeleteOutlined } from '@ant-design/icons';
import { App, Button, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { EmptyBox } from '@/shared/ui/QueryState';

type Ladder = Schema<'LadderView'>;
type Tier = Schema<'TierView'>;
type Column = keyof Tier;

const columnsOf = (ladder: Ladder): Column[] => (ladder.mode === 'curve' ? ['from', 'flat'] : ['from', 'each', 'flat']);

export function TierTables({ ladders }: { ladders: Ladder[] }) {
  const t = useT('policy');
  if (ladders.length === 0) return <EmptyBox title={t('noTiers')} />;
  return (
    <div className="grid">
      {ladders.map((ladder) => (
        <LadderBlock key={`${ladder.policy}/${ladder.name}`} ladder={ladder}>
          <tbody>
            {ladder.tiers.map((tier, row) => (
              <tr key={row}>
                {columnsOf(ladder).map((column) => (
                  <td key={column} className="num">
                    {tier[column] || '—'}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </LadderBlock>
      ))}
    </div>
  );
}

function LadderBlock({
  ladder,
  edits,
  children,
  foot,
}: {
  ladder: Ladder;
  edits?: boolean;
  children: React.ReactNode;
  foot?: React.ReactNode;
}) {
  const t = useT('policy');
  const label = useLabel('policy');
  return (
    <Block title={ladder.title || ladder.name} width={edits ? undefined : 6} extra={ladder.mode ? label('mode', ladder.mode) : undefined}>
      <table className="plain-table" aria-label={ladder.title || ladder.name}>
        <thead>
          <tr>
            {columnsOf(ladder).map((column) => (
              <th key={column} scope="col" className="num">
                {column === 'flat' && ladder.mode === 'curve' ? t('value') : t(column)}
              </th>
            ))}
            {edits && (
              <th scope="col">
                <span className="sr">{t('removeTier', { row: '' })}</span>
              </th>
            )}
          </tr>
        </thead>
        {children}
      </table>
      {foot}
    </Block>
  );
}

/** The ladders of a text as grids; `onText` gets the text with the new table. */
export function TierGrids({ ladders, text, onText }: { ladders: Ladder[]; text: () => string; onText: (text: string) => void }) {
  const t = useT('policy');
  if (ladders.length === 0) return <EmptyBox title={t('noTiers')} />;
  return (
    <div className="grid">
      {ladders.map((ladder) => (
        <Grid key={`${ladder.policy}/${ladder.name}/${JSON.stringify(ladder.tiers)}`} ladder={ladder} text={text} onText={onText} />
      ))}
    </div>
  );
}

function Grid({ ladder, text, onText }: { ladder: Ladder; text: () => string; onText: (text: string) => void }) {
  const t = useT('policy');
  const tc = useT('common');
  const { message } = App.useApp();
  const [tiers, setTiers] = useState<Tier[]>(ladder.tiers);
  const [refused, setRefused] = useState<unknown>();
  const set = (row: number, column: Column, value: string) =>
    setTiers(tiers.map((tier, index) => (index === row ? { ...tier, [column]: value } : tier)));
  const isSame = JSON.stringify(tiers) === JSON.stringify(ladder.tiers);
  const apply = async () => {
    setRefused(undefined);
    try {
      const body = { text: text(), policy: ladder.policy, ladder: ladder.name, tiers };
      onText((await answer(http.POST('/api/v1/policies/steps', { body }))).text);
      void message.success(t('applied'));
    } catch (error) {
      setRefused(error);
    }
  };
  return (
    <LadderBlock
      ladder={ladder}
      edits
      foot={
        <>
          {refused !== undefined && <Refused error={refused} />}
          <Space style={{ marginTop: 8 }}>
            <Button size="small" onClick={() => setTiers([...tiers, { from: '', each: '', flat: '' }])}>
              {t('addTier')}
            </Button>
            <Button size="small" type="primary" disabled={isSame} title={isSame ? tc('diff.same') : undefined} onClick={() => void apply()}>
              {t('apply')}
            </Button>
          </Space>
        </>
      }
    >
      <tbody>
        {tiers.map((tier, row) => (
          <tr key={row}>
            {columnsOf(ladder).map((column) => (
              <td key={column}>
                <Input
                  size="small"
                  value={tier[column]}
                  aria-label={t('cell', { row: row + 1, column: t(column) })}
                  onChange={(event) => set(row, column, event.target.value)}
                  style={{ textAlign: 'right' }}
                />
              </td>
            ))}
            <td>
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t('removeTier', { row: row + 1 })}
                onClick={() => setTiers(tiers.filter((_, index) => index !== row))}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </LadderBlock>
  );
}
