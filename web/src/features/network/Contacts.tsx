import { Button, Checkbox, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { ReasonField } from './LifeParts';

type Contact = Schema<'ContactView'>;

const POWERS = ['decides', 'advises', 'uses'] as const;
const ATTITUDES = ['for', 'neutral', 'against'] as const;
const TONES: Record<string, Tone> = { for: 'good', neutral: 'plain', against: 'bad' };

/** Who has to say something at an outlet, and how they stand to us. */
export function Contacts({ outlet, contacts }: { outlet: string; contacts: Contact[] }) {
  const t = useT('life');
  const may = usePermission('partner.manage');
  const [changing, setChanging] = useState<Contact | 'new'>();
  const [ending, setEnding] = useState<Contact>();
  return (
    <Block
      title={t('contacts')}
      extra={
        may && (
          <Button size="small" className="no-print" onClick={() => setChanging('new')}>
            {t('addContact')}
          </Button>
        )
      }
    >
      {contacts.length === 0 ? (
        <EmptyBox title={t('noContacts')} help={t('noContactsHelp')} />
      ) : (
        <List contacts={contacts} may={may} onChange={setChanging} onEnd={setEnding} />
      )}
      {changing && <Say outlet={outlet} contact={changing === 'new' ? undefined : changing} onClose={() => setChanging(undefined)} />}
      {ending && <End contact={ending} onClose={() => setEnding(undefined)} />}
    </Block>
  );
}

interface ListProps {
  contacts: Contact[];
  may: boolean;
  onChange: (contact: Contact) => void;
  onEnd: (contact: Contact) => void;
}

function List({ contacts, may, onChange, onEnd }: ListProps) {
  const t = useT('life');
  const common = useT('common');
  const label = useLabel('life');
  return (
    <PlainTable label={t('contacts')}>
      <thead>
        <tr>
          <th scope="col">{t('contactName')}</th>
          <th scope="col">{t('power')}</th>
          <th scope="col">{t('attitude')}</th>
          <th scope="col">{t('needs')}</th>
          <th scope="col">{t('limits')}</th>
          <th scope="col">{t('opportunities')}</th>
          <th scope="col">{t('phone')}</th>
          {may && (
            <th scope="col" className="no-print">
              {common('action')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {contacts.map((one) => (
          <tr key={one.id}>
            <th scope="row">
              {one.name} {one.post && <span className="muted">{one.post}</span>}
              {one.to && <div className="muted small">{t('left', { day: one.to })}</div>}
            </th>
            <td>{label('powers', one.power)}</td>
            <td>
              <StatusTag tone={TONES[one.attitude]}>{label('attitudes', one.attitude)}</StatusTag>
              <div className="muted small">{t('attitudeSince', { day: one.attitude_on })}</div>
            </td>
            <td>{one.needs || '—'}</td>
            <td>{one.limits || '—'}</td>
            <td>{one.opportunities || '—'}</td>
            <td>{one.phone || '—'}</td>
            {may && (
              <td className="no-print">
                {one.to === null && (
                  <Space>
                    <Button
                      type="link"
                      size="small"
                      style={{ padding: 0 }}
                      aria-label={t('changeContactOf', { name: one.name })}
                      onClick={() => onChange(one)}
                    >
                      {t('changeContact')}
                    </Button>
                    <Button
                      type="link"
                      size="small"
                      style={{ padding: 0 }}
                      aria-label={t('endContactOf', { name: one.name })}
                      onClick={() => onEnd(one)}
                    >
                      {t('endContact')}
                    </Button>
                  </Space>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Fields {
  name: string;
  post?: string;
  power: string;
  attitude: string;
  needs?: string;
  limits?: string;
  opportunities?: string;
  phone?: string;
  forget?: boolean;
}

/** A new contact, or something else of one. */
function Say({ outlet, contact, onClose }: { outlet: string; contact?: Contact; onClose: () => void }) {
  const t = useT('life');
  const title = contact ? t('changeContactOf', { name: contact.name }) : t('addContact');
  return (
    <ActionDrawer<Fields>
      open
      title={title}
      verb={t('save')}
      done={t('contactSaved')}
      initial={
        contact
          ? {
              name: contact.name,
              post: contact.post,
              power: contact.power,
              attitude: contact.attitude,
              needs: contact.needs,
              limits: contact.limits,
              opportunities: contact.opportunities,
            }
          : { power: 'advises', attitude: 'neutral' }
      }
      onClose={onClose}
      onSubmit={async (fields) => {
        const body = contactSent(fields);
        if (contact)
          await http.PUT('/api/v1/contacts/{id}', {
            params: { path: { id: contact.id }, header: ifMatch(contact.version) },
            body,
          });
        else await http.POST('/api/v1/outlets/{code}/contacts', { params: { path: { code: outlet } }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="name" label={t('contactName')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="post" label={t('post')}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="power" label={t('power')} rules={[{ required: true, message: t('required') }]}>
        <Select options={POWERS.map((value) => ({ value, label: t(`powers.${value}`) }))} />
      </Form.Item>
      <Form.Item name="attitude" label={t('attitude')} rules={[{ required: true, message: t('required') }]}>
        <Select options={ATTITUDES.map((value) => ({ value, label: t(`attitudes.${value}`) }))} />
      </Form.Item>
      {(['needs', 'limits', 'opportunities'] as const).map((name) => (
        <Form.Item key={name} name={name} label={t(name)}>
          <Input.TextArea rows={2} maxLength={500} />
        </Form.Item>
      ))}
      <Form.Item
        name="phone"
        label={contact?.phone ? t('phoneNew') : t('phone')}
        extra={contact?.phone ? t('phoneHelp', { mask: contact.phone }) : t('phoneHelpNew')}
      >
        <Input inputMode="tel" autoComplete="off" maxLength={20} />
      </Form.Item>
      {contact?.phone && (
        <Form.Item name="forget" valuePropName="checked">
          <Checkbox>{t('phoneForget')}</Checkbox>
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

/** As the server takes it: a phone that is not typed stays, one that is to be forgotten is empty. */
export function contactSent(fields: Fields): Schema<'ContactSent'> {
  const { name, power, attitude, forget } = fields;
  const words = (text?: string) => text?.trim() ?? '';
  const phone = words(fields.phone);
  return {
    name: name.trim(),
    post: words(fields.post),
    power,
    attitude,
    needs: words(fields.needs),
    limits: words(fields.limits),
    opportunities: words(fields.opportunities),
    ...(forget ? { phone: '' } : phone ? { phone } : {}),
  };
}

function End({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useT('life');
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={t('endContactOf', { name: contact.name })}
      consequence={t('endContactHelp')}
      verb={t('endContact')}
      danger
      done={t('contactEnded')}
      onClose={onClose}
      onSubmit={async ({ reason }) => {
        await http.POST('/api/v1/contacts/{id}/end', {
          params: { path: { id: contact.id }, header: ifMatch(contact.version) },
          body: { reason },
        });
        await queries.invalidateQueries();
      }}
    >
      <ReasonField />
    </ActionDrawer>
  );
}
