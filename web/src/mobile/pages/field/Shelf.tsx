import { useLabel, useT } from '@/i18n';
import { Badge, Btn, Card, Segments } from '../../kit';
import type { Visiting } from './hooks';
import { one, path, type Shelved, type Stand, type Stop } from './records';

type Model = Stop['models'][number];

const STANDS: readonly Stand[] = ['shelf', 'store', 'missing'];

/** Models the outlet is to show: where each stands, whether one can try it, whether it bears its price (R7.15, R7.240). */
export function Shelf({ visiting, listed }: { visiting: Visiting; listed: (name: string, code: string) => boolean }) {
  const t = useT('phoneField');
  // A card that was kept before models came along has none.
  const models = (visiting.stop.models as Model[] | undefined) ?? [];
  const open = models.filter((model) => one(visiting.fields, path.shelf(model.product)) === undefined);
  if (models.length === 0) return null;
  const all: Shelved = { stands: 'shelf', sample: null, tag: true };
  return (
    <>
      <h2>{t('shelf.title', { done: models.length - open.length, of: models.length })}</h2>
      {open.length > 0 && (
        <Btn onClick={() => void visiting.write(open.map((model) => ({ path: path.shelf(model.product), value: all })))}>
          {t('shelf.rest', { count: open.length })}
        </Btn>
      )}
      {models
        .filter((model) => listed(model.name, model.product))
        .map((model) => (
          <Line key={model.product} model={model} visiting={visiting} />
        ))}
    </>
  );
}

function Line({ model, visiting }: { model: Model; visiting: Visiting }) {
  const t = useT('phoneField');
  const label = useLabel('phoneField');
  const at = path.shelf(model.product);
  const known = one<Shelved>(visiting.fields, at);
  const write = (value: Shelved) => void visiting.write([{ path: at, value }]);
  const core = model.role === 'must' || model.role === 'main';
  const answer = (value: boolean | null | undefined) => (value === true ? 'yes' : value === false ? 'no' : '');
  const options = (['yes', 'no'] as const).map((value) => ({ value, label: t(`shelf.${value}`) }));
  return (
    <Card title={model.name} extra={<Badge tone={core ? 'info' : 'plain'}>{label('roles', model.role)}</Badge>}>
      {model.seen_on !== null && (
        <span className="m-muted">{t('shelf.before', { day: model.seen_on, stands: label('stands', model.stands) })}</span>
      )}
      <Segments
        label={t('shelf.stands', { what: model.name })}
        value={known?.stands ?? ''}
        options={STANDS.map((value) => ({ value, label: t(`stands.${value}`) }))}
        onChange={(value) => {
          const stands = value as Stand;
          write(stands === 'missing' ? { stands, sample: null, tag: null } : { sample: null, tag: null, ...known, stands });
        }}
      />
      {known && known.stands !== 'missing' && (
        <>
          <Segments
            label={t('shelf.sample', { what: model.name })}
            value={answer(known.sample)}
            options={options.map((one) => ({ ...one, label: `${t('shelf.samples')} ${one.label}` }))}
            onChange={(value) => write({ ...known, sample: value === 'yes' })}
          />
          <Segments
            label={t('shelf.tag', { what: model.name })}
            value={answer(known.tag)}
            options={options.map((one) => ({ ...one, label: `${t('shelf.tags')} ${one.label}` }))}
            onChange={(value) => write({ ...known, tag: value === 'yes' })}
          />
        </>
      )}
    </Card>
  );
}
