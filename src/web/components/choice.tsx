import type { ComponentChildren, VNode } from 'preact';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly title: string; readonly face: ComponentChildren }[];
  readonly onChange: (value: T) => void;
}

/** A few buttons of which one is pressed. */
export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>): VNode {
  return (
    <fieldset class="choice">
      <legend class="unseen">{label}</legend>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          title={option.title}
          aria-label={option.title}
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
        >
          {option.face}
        </button>
      ))}
    </fieldset>
  );
}
