import type { KnowledgeId, KnowledgeText } from '../../model/knowledge.ts';

export const knowledgeZhCN: Readonly<Record<KnowledgeId, KnowledgeText>> = {
  'unsloth-4bit': {
    cause: 'Unsloth 在 fp16 下训练 4 比特模型：部分批次数值溢出，损失缩放器跳过了这些步。二者单独使用都稳定。',
    advice:
      'GPU 支持 bf16（Ampere 及更新）就用 bf16。否则二者只留其一：不用 Unsloth 的 4 比特最省显存；Unsloth 加 quantization_bit: 8 不是出路，LLaMA-Factory 此时实际按 16 位加载。升级 unsloth 与 unsloth_zoo，尝试 flash_attn: disabled 与更低的学习率。提高 max_grad_norm 没有用：NaN 裁剪之后仍是 NaN。',
  },
  'spoilt-sum': {
    cause:
      'logging_nan_inf_filter: false 时，一次 NaN 就会进入损失的累加和，进程此后的每一行都重复它，尽管训练仍在正常进行。',
    advice:
      '没有损失什么：改看 grad_norm 与验证损失。默认的 logging_nan_inf_filter: true 会让累加和保持干净，但也会掩盖 NaN。',
  },
  'fp16-overflow': {
    cause: '部分批次的梯度超出 fp16 的范围，损失缩放器跳过了这些步。',
    advice:
      '偶尔几次无妨。若持续出现：GPU 支持 bf16（Ampere 及更新）就用 bf16，或降低学习率、增大梯度累积。若同时启用了 Unsloth 与 4 比特量化，只保留其一。提高 max_grad_norm 没有用：NaN 裁剪之后仍是 NaN。',
  },
  'fp16-every-step': {
    cause: 'fp16 下每一步的梯度都溢出：所有步都被跳过，到目前为止什么也没有学到。',
    advice:
      '停止训练，改用 bf16 重新开始。若 GPU 不支持 bf16，让被训练的权重保持 fp32（较新的 peft 对适配器自动如此）。',
  },
  'fp16-stuck': {
    cause: '从这里起每一步的梯度都超出 fp16 的范围：所有步都被跳过，模型停在原处。',
    advice: '停止训练，从最后一个完好的检查点用 bf16 继续；若 GPU 不支持 bf16，则降低学习率。',
  },
  'fp16-calibration': {
    cause: 'fp16 的损失缩放初值过高，会不断减半直到梯度不再溢出；这些步会被跳过。',
    advice: '无需处理，除非第 50 步之后仍然出现。',
  },
  'fp16-range': {
    cause: 'Gemma、T5、GLM-4、Qwen3 MoE 等模型会超出 fp16 的范围。',
    advice: '使用 bf16。用 Unsloth 时升级 unsloth 与 unsloth_zoo，它们对其中一些模型作了规避。',
  },
  'no-scaler': {
    cause: '没有损失缩放器就不会跳过这样的一步：一次 NaN 梯度被应用，权重变成了 NaN。',
    advice:
      '停止训练：继续下去只是浪费。从完好的检查点继续之前，先改掉可能的原因：注意力实现（flash_attn: fa2 或 disabled）、更低的学习率与更长的预热、模型的 dtype；ZeRO-1 或 ZeRO-2 下设 overlap_comm: false。',
  },
  'learning-rate': {
    cause: '损失不降反升，直至不再是有限数：学习率过高。',
    advice: '停止训练，从损失上升之前的检查点继续，并降低学习率、延长预热。',
  },
  'qwen25-attention': {
    cause: '注意力实现在该模型上产生 NaN；在那里更换精度或升级版本都无济于事。',
    advice: '设 flash_attn: disabled 后重新开始。',
  },
  'deepspeed-sdpa': {
    cause: 'DeepSpeed 下的 SDPA 注意力：在某些机器上第一步就产生 NaN，在另一些机器上则不会。',
    advice: '安装 flash-attn，设 flash_attn: fa2 后重新开始。',
  },
  'deepspeed-sentinel': {
    cause: 'DeepSpeed 在范数为 NaN 时写下这样的数：每个参数组记 -1，再取平方和的根。',
    advice:
      '按 NaN 处理。升级 DeepSpeed；ZeRO-1 或 ZeRO-2 下尝试 overlap_comm: false，若无效，再试 flash_attn: fa2 或 disabled。',
  },
  'deepspeed-overlap': {
    cause:
      'overlap_comm 与 contiguous_gradients 同时启用：ZeRO-1 与 ZeRO-2 下梯度可能尚未写完就被归约。同样的任务在 ZeRO-3 下正常。',
    advice: '在 DeepSpeed 配置中设 overlap_comm: false（稍慢），或改用 ZeRO-3。',
  },
  'labels-masked': {
    cause: '所有标签都被屏蔽，没有可学的内容。',
    advice: '查看一条分词后的样本：标签全为 -100 说明 template 与模型不符，或 cutoff_len 把回答截掉了。',
  },
  packing: {
    cause: '样本打包（packing），而模型或注意力实现不支持。',
    advice: '关闭 packing，或升级训练器与 flash-attn。',
  },
  'left-padding': {
    cause: 'SDPA 注意力遇到完全被屏蔽的行：对空集取 softmax 得到 NaN。左侧填充会造成这样的行。',
    advice: '改为右侧填充，或更换注意力实现（flash_attn: fa2 或 disabled）。',
  },
  'grpo-zero': {
    cause: 'GRPO 开始时就是如此：一组的优势之和为 0，损失也就为 0；但它的梯度不为 0。',
    advice: '无需处理。请关注奖励，而不是损失。',
  },
  'grpo-equal-rewards': {
    cause: '同一提示的所有回答得到相同的奖励，因此没有优势，也没有梯度。',
    advice:
      '使用既非必对也非必错的提示、增加每个提示的生成数、提高温度，或让奖励更分级。frac_reward_zero_std 就是这种组所占的比例。',
  },
  'nothing-trainable': {
    cause: '没有参数在训练：全部被冻结，或被训练的参数与损失无关。',
    advice: '查看控制台输出开头的可训练参数数量，并检查 lora_target。',
  },
  'untrained-tokens': {
    cause: '数据中含有嵌入从未训练过的词元；它们为零，会产生 NaN。',
    advice: '同时训练 embed_tokens 与 lm_head，或使用本来就带有这些词元的 instruct 模型。',
  },
  'unsloth-8bit': {
    cause: 'LLaMA-Factory 只告诉 Unsloth 是否按 4 比特加载：quantization_bit: 8 时模型实际按 16 位加载。',
    advice: '使用 quantization_bit: 4，或不用 Unsloth 而用 8；否则须按 16 位准备显存。',
  },
  'hidden-in-window': {
    cause: '日志窗口中有一部分损失为 NaN；训练器求均值时将其剔除，因而被掩盖。',
    advice: '排查时设 logging_steps: 1 与 logging_nan_inf_filter: false。',
  },
};
