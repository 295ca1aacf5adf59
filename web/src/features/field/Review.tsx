import { Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { refresh, type VisitLine } from './data';

interface Values {
  counts: 'yes' | 'no';
  reason: string;
}

/** A supervisor says whether a visit counts, and why. */
export function Review({ line, onClose }: { line: VisitLine; onClose: () => void }) {
  const t = useT('field');
  const label = useLabel('field');
  const [seen, setSeen] = useState(line);
  return (
    <ActionDrawer<Values>
      open
      title={t('decideOf', { outlet: line.outlet_name, day: line.day })}
      consequence={t('decideHelp')}
      verb={t('decide')}
      done={t('decided')}
      onClose={onClose}
      onStale={async () => {
        const { line: now } = await answer(http.GET('/api/v1/field/visits/{id}', { params: { path: { id: line.id } } }));
        setSeen(now);
        const name = t('countsHead');
        return now.counts === seen.counts ? [] : [{ name, before: label('counts', seen.counts), after: label('counts', now.counts) }];
      }}
      onSubmit={async ({ counts, reason }) => {
        const params = { path: { id: line.id }, header: ifMatch(seen.version) };
        await http.POST('/api/v1/field/visits/{id}/review', { params, body: { counts: counts === 'yes', reason } });
        await refresh();
      }}
    >
      {seen.flags.length > 0 && (
        <ul>
          {seen.flags.map((flag) => (
            <li key={`${flag.kind} ${flag.text}`}>{flag.text}</li>
          ))}
        </ul>
      )}
      <Form.Item name="counts" label={t('decision')} rules={[{ required: true, message: t('needed') }]}>
        <Radio.Group
          options={[
            { value: 'yes', label: t('countsYes') },
            { value: 'no', label: t('countsNo') },
          ]}
        />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={3} maxLength={500} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
