import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { MapView, type Outlines } from '@/shared/charts/MapView';
import { count, percent } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { layerOf, type Layer } from './layers';

interface Props {
  layer: Layer;
  filter: { area?: string; channel?: string; grade?: string };
  /** Name of the division shown. */
  here: string;
  nameOf: (code: string) => string;
  outlines: Outlines | null | undefined;
  onPick: (code: string) => void;
}

/** A layer of the map: where outlets were visited, where they have business, and how they score. */
export function MapLayers({ layer, filter, here, nameOf, outlines, onPick }: Props) {
  const t = useT('network');
  const query = api.useQuery('get', '/api/v1/network/layers', { params: { query: filter } }, { placeholderData: (before) => before });
  return (
    <QueryState query={query} rows={8}>
      {(layers) => (
        <>
          <p className="muted small">{t('layersHelp', { days: layers.days })}</p>
          <MapView
            label={t('mapSummary', { area: here, what: t(`layers.${layer}`) })}
            unit={layer === 'credit' ? t('unitPoints') : t('unitPercent')}
            outlines={outlines}
            areas={layers.parts.flatMap((part) => {
              const value = layerOf(part, layer);
              return value === undefined ? [] : [{ code: part.code, name: nameOf(part.code), value, shown: value.toFixed(1) }];
            })}
            onPick={onPick}
          />
          <Block title={t('layersOf')}>
            <Table parts={layers.parts} nameOf={nameOf} />
          </Block>
        </>
      )}
    </QueryState>
  );
}

function Table({ parts, nameOf }: { parts: Schema<'PartLayer'>[]; nameOf: (code: string) => string }) {
  const t = useT('network');
  const share = (some: number | null, all: number) => (some === null || all === 0 ? '—' : `${count(some)} · ${percent(some / all)}`);
  return (
    <PlainTable
      label={t('layersOf')}
      heads={[
        t('area'),
        { num: t('outlets') },
        { num: t('layers.visited') },
        t('lastVisit'),
        { num: t('layers.active') },
        { num: t('layers.credit') },
      ]}
    >
      <tbody>
        {parts.map((part) => (
          <tr key={part.code}>
            <th scope="row">{nameOf(part.code)}</th>
            <td className="num">
              <Link to="/outlets" search={{ territory: part.code } as never}>
                {count(part.outlets)}
              </Link>
            </td>
            <td className="num">{share(part.visited, part.outlets)}</td>
            <td>{part.last_visit ?? '—'}</td>
            <td className="num">{share(part.active, part.outlets)}</td>
            <td className="num">{part.credit_tenths === null ? '—' : (part.credit_tenths / 10).toFixed(1)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
