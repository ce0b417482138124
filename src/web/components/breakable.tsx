import { Fragment, type VNode } from 'preact';

/** A name or a path that breaks after its separators, where it has to. */
export function Breakable({ text }: { readonly text: string }): VNode {
  return (
    <bdi>
      {text.split(/(?<=[/\\_])/).map((part, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </bdi>
  );
}
