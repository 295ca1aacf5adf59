import { Link } from '@tanstack/react-router';
import { Breadcrumb, Button, Segmented, Select, Space } from 'antd';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { MapView } from '@/shared/charts/MapView';
import { useOutlines } from '@/shared/charts/outlines';
import { count } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { useWords } from './data';
import { LAYERS, type Layer } from './layers';
import { MapLayers } from './MapLayers';

type Counted = 'outlets' | 'partners' | 'clerks';
const COUNTED: Counted[] = ['outlets', 'partners', 'clerks'];

/** How many outlets, partners and clerks stand in each part of an area; a part opens, and every figure leads to its list. */
export default function MapPage() {
  const t = useT('network');
  const words = useWords();
  const [url, change] = useUrl();
  const what = COUNTED.find((one) => one === url.of) ?? 'outlets';
  const layer = LAYERS.find((one) => one === url.of);
  const { area, channel, grade } = url;
  const query = api.useQuery(
    'get',
    '/api/v1/network/map',
    { params: { query: { area, channel, grade } } },
    { placeholderData: (before) => before },
  );
  return (
    <>
      <PageHead
        title={t('map')}
        actions={
          <Space wrap>
            <Select
              aria-label={t('channel')}
              allowClear
              placeholder={t('channel')}
              style={{ minWidth: 140 }}
              options={words.channels}
              value={channel ?? null}
              onChange={(value: string | null) => change({ channel: value ?? undefined })}
            />
            <Select
              aria-label={t('grade')}
              allowClear
              placeholder={t('grade')}
              style={{ minWidth: 90 }}
              options={words.grades}
              value={grade ?? null}
              onChange={(value: string | null) => change({ grade: value ?? undefined })}
            />
            <Segmented<Counted | Layer>
              aria-label={t('counted')}
              value={layer ?? what}
              options={[
                ...COUNTED.map((value) => ({ value, label: t(value) })),
                ...LAYERS.map((value) => ({ value, label: t(`layers.${value}`) })),
              ]}
              onChange={(value) => change({ of: value === 'outlets' ? undefined : value })}
            />
          </Space>
        }
      />
      <QueryState query={query} rows={10}>
        {(map) => (
          <Content map={map} what={what} layer={layer} filter={{ area, channel, grade }} onOpen={(code) => change({ area: code })} />
        )}
      </QueryState>
    </>
  );
}

interface ContentProps {
  map: Schema<'NetworkMap'>;
  what: Counted;
  layer: Layer | undefined;
  filter: { area?: string; channel?: string; grade?: string };
  onOpen: (code: string) => void;
}

function Content({ map, what, layer, filter, onOpen }: ContentProps) {
  const t = useT('network');
  const outlines = useOutlines(map.area);
  const here = map.path.at(-1)?.name ?? t('country');
  const unit = { outlets: t('unitOutlets'), partners: t('unitPartners'), clerks: t('unitClerks') }[what];
  const name = (part: Schema<'Part'>) => (part.code === map.area ? t('here', { name: here }) : part.name);
  const nameOf = (code: string) => {
    const part = map.parts.find((one) => one.code === code);
    return part ? name(part) : code;
  };
  const opens = (code: string) => map.parts.some((part) => part.code === code && part.opens);
  return (
    <div className="grid">
      <div className="w8">
        <Block
          title={here}
          extra={
            map.path.length > 1 && (
              <Breadcrumb
                items={map.path.map((step) => ({
                  key: step.code,
                  title:
                    step.code === map.area ? (
                      step.name
                    ) : (
                      <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onOpen(step.code)}>
                        {step.name}
                      </Button>
                    ),
                }))}
              />
            )
          }
        >
          {layer ? (
            <MapLayers
              layer={layer}
              filter={{ ...filter, area: map.area }}
              here={here}
              nameOf={nameOf}
              outlines={outlines}
              onPick={(code) => opens(code) && onOpen(code)}
            />
          ) : (
            <MapView
              label={t('mapSummary', { area: here, what: t(what) })}
              unit={unit}
              outlines={outlines}
              areas={map.parts.map((part) => ({ code: part.code, name: name(part), value: part[what], shown: count(part[what]) }))}
              onPick={(code) => opens(code) && onOpen(code)}
            />
          )}
        </Block>
      </div>
      <div className="w4">
        <Block title={t('parts')}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('area')}</th>
                {COUNTED.map((one) => (
                  <th key={one} scope="col" className="num">
                    {t(one)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {map.parts.map((part) => (
                <tr key={part.code}>
                  <th scope="row">{name(part)}</th>
                  {COUNTED.map((one) => (
                    <td key={one} className="num">
                      <Link to={`/${one}`} search={{ territory: part.code } as never}>
                        {count(part[one])}
                      </Link>
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </Block>
      </div>
    </div>
  );
}
