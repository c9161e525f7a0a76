// All of Luge: one include for programs that use it. It includes every public header.
#pragma once

#include "luge/all_or_nothing.h"
#include "luge/autodiff.h"
#include "luge/compile.h"
#include "luge/data/anchors.h"
#include "luge/data/annotations.h"
#include "luge/data/array_files.h"
#include "luge/data/augment.h"
#include "luge/data/bad_file.h"
#include "luge/data/batches.h"
#include "luge/data/bootstrap.h"
#include "luge/data/captcha.h"
#include "luge/data/cifar.h"
#include "luge/data/collate.h"
#include "luge/data/combining.h"
#include "luge/data/curve.h"
#include "luge/data/dataset.h"
#include "luge/data/features.h"
#include "luge/data/fixed_points.h"
#include "luge/data/image_folder.h"
#include "luge/data/mix.h"
#include "luge/data/named_features.h"
#include "luge/data/normalizer.h"
#include "luge/data/pairs.h"
#include "luge/data/patch_whitening.h"
#include "luge/data/picture_fields.h"
#include "luge/data/recipe.h"
#include "luge/data/record.h"
#include "luge/data/repeat.h"
#include "luge/data/shapes.h"
#include "luge/data/sound.h"
#include "luge/data/sound_features.h"
#include "luge/data/sound_strings.h"
#include "luge/data/source.h"
#include "luge/data/sources.h"
#include "luge/data/spent.h"
#include "luge/data/stick_figures.h"
#include "luge/data/table.h"
#include "luge/data/text_files.h"
#include "luge/data/text_lines.h"
#include "luge/data/tokenizer.h"
#include "luge/data/tokens.h"
#include "luge/data/told_pictures.h"
#include "luge/data/unknown_text.h"
#include "luge/data/views.h"
#include "luge/data/whitening.h"
#include "luge/device.h"
#include "luge/draw/attention_map.h"
#include "luge/draw/color.h"
#include "luge/draw/confusion_matrix.h"
#include "luge/draw/contours.h"
#include "luge/draw/curves.h"
#include "luge/draw/figure.h"
#include "luge/draw/heat.h"
#include "luge/draw/letters.h"
#include "luge/draw/picture_grid.h"
#include "luge/dtype.h"
#include "luge/error.h"
#include "luge/experiment/config.h"
#include "luge/experiment/data_sets.h"
#include "luge/experiment/run.h"
#include "luge/experiment/settings.h"
#include "luge/experiment/trainings.h"
#include "luge/facts.h"
#include "luge/flatten.h"
#include "luge/gradient_check.h"
#include "luge/graph.h"
#include "luge/init/digit_bitmaps.h"
#include "luge/init/init.h"
#include "luge/init/structured.h"
#include "luge/io/csv.h"
#include "luge/io/idx.h"
#include "luge/io/image.h"
#include "luge/io/image_facts.h"
#include "luge/io/model_file.h"
#include "luge/io/npy.h"
#include "luge/io/resize.h"
#include "luge/io/safetensors.h"
#include "luge/io/sound.h"
#include "luge/io/summary.h"
#include "luge/io/tensorboard.h"
#include "luge/io/weights.h"
#include "luge/loss/boxes.h"
#include "luge/loss/classification.h"
#include "luge/loss/embedding.h"
#include "luge/loss/example.h"
#include "luge/loss/loss.h"
#include "luge/loss/map_criterion.h"
#include "luge/loss/margin.h"
#include "luge/loss/regression.h"
#include "luge/loss/segmentation.h"
#include "luge/loss/sequence.h"
#include "luge/loss/sum.h"
#include "luge/math_mode.h"
#include "luge/metrics/agreement.h"
#include "luge/metrics/class_scores.h"
#include "luge/metrics/detection.h"
#include "luge/metrics/detection_review.h"
#include "luge/metrics/host_metric.h"
#include "luge/metrics/metric.h"
#include "luge/metrics/points.h"
#include "luge/metrics/ranking.h"
#include "luge/metrics/regression.h"
#include "luge/metrics/sequences.h"
#include "luge/metrics/suppression.h"
#include "luge/models/gallery.h"
#include "luge/name_scope.h"
#include "luge/named_tensors.h"
#include "luge/nn/activation.h"
#include "luge/nn/adaptive_pool.h"
#include "luge/nn/attention.h"
#include "luge/nn/attribution.h"
#include "luge/nn/bilinear.h"
#include "luge/nn/branches.h"
#include "luge/nn/cell.h"
#include "luge/nn/conv.h"
#include "luge/nn/conv_transpose.h"
#include "luge/nn/decoding.h"
#include "luge/nn/dropout.h"
#include "luge/nn/embedding.h"
#include "luge/nn/ensemble.h"
#include "luge/nn/entry.h"
#include "luge/nn/flatten.h"
#include "luge/nn/global_pool.h"
#include "luge/nn/gradient_check.h"
#include "luge/nn/lambda.h"
#include "luge/nn/layer_links.h"
#include "luge/nn/layers.h"
#include "luge/nn/lenet.h"
#include "luge/nn/linear.h"
#include "luge/nn/load.h"
#include "luge/nn/lp_pool.h"
#include "luge/nn/matches.h"
#include "luge/nn/merge.h"
#include "luge/nn/metadata.h"
#include "luge/nn/module.h"
#include "luge/nn/network_file.h"
#include "luge/nn/noise.h"
#include "luge/nn/norm.h"
#include "luge/nn/observe.h"
#include "luge/nn/padded.h"
#include "luge/nn/parameter.h"
#include "luge/nn/pool.h"
#include "luge/nn/positional.h"
#include "luge/nn/probabilities.h"
#include "luge/nn/rbf.h"
#include "luge/nn/rbm.h"
#include "luge/nn/rearrange.h"
#include "luge/nn/receptive_field.h"
#include "luge/nn/rectifiers.h"
#include "luge/nn/recurrent.h"
#include "luge/nn/residual.h"
#include "luge/nn/resize.h"
#include "luge/nn/sample_norm.h"
#include "luge/nn/scale.h"
#include "luge/nn/separable.h"
#include "luge/nn/sequential.h"
#include "luge/nn/squashing.h"
#include "luge/nn/summary.h"
#include "luge/nn/take_weights.h"
#include "luge/nn/tensor_spec.h"
#include "luge/nn/time_distributed.h"
#include "luge/nn/transformer.h"
#include "luge/nn/views.h"
#include "luge/ops/activation.h"
#include "luge/ops/axes.h"
#include "luge/ops/boxes.h"
#include "luge/ops/check.h"
#include "luge/ops/class_losses.h"
#include "luge/ops/compare.h"
#include "luge/ops/control.h"
#include "luge/ops/convolution.h"
#include "luge/ops/ctc_loss.h"
#include "luge/ops/dropout.h"
#include "luge/ops/embedding_losses.h"
#include "luge/ops/filters.h"
#include "luge/ops/image.h"
#include "luge/ops/index.h"
#include "luge/ops/labels.h"
#include "luge/ops/linalg.h"
#include "luge/ops/losses.h"
#include "luge/ops/math.h"
#include "luge/ops/named_filters.h"
#include "luge/ops/nn.h"
#include "luge/ops/noise.h"
#include "luge/ops/normalization.h"
#include "luge/ops/operand.h"
#include "luge/ops/pooling.h"
#include "luge/ops/positional.h"
#include "luge/ops/random.h"
#include "luge/ops/receptive_field.h"
#include "luge/ops/rectifiers.h"
#include "luge/ops/reduce.h"
#include "luge/ops/regression_losses.h"
#include "luge/ops/sample_normalization.h"
#include "luge/ops/sequence.h"
#include "luge/ops/shape.h"
#include "luge/ops/squashing.h"
#include "luge/ops/window.h"
#include "luge/optim/adaptive.h"
#include "luge/optim/constraint.h"
#include "luge/optim/layerwise.h"
#include "luge/optim/least_squares.h"
#include "luge/optim/optimizer.h"
#include "luge/optim/optimizers.h"
#include "luge/optim/regularizer.h"
#include "luge/optim/schedule.h"
#include "luge/optim/search.h"
#include "luge/optim/searches.h"
#include "luge/optim/selection.h"
#include "luge/optim/slots.h"
#include "luge/options.h"
#include "luge/output_kind.h"
#include "luge/random.h"
#include "luge/shape.h"
#include "luge/tasks/ctc_decoding.h"
#include "luge/tasks/custom.h"
#include "luge/tasks/next_token.h"
#include "luge/tasks/registry.h"
#include "luge/tasks/translation.h"
#include "luge/tensor.h"
#include "luge/train/averaging.h"
#include "luge/train/callback.h"
#include "luge/train/callbacks.h"
#include "luge/train/checkpoint_info.h"
#include "luge/train/history.h"
#include "luge/train/layer_profile.h"
#include "luge/train/nonfinite.h"
#include "luge/train/objective.h"
#include "luge/train/rate_finder.h"
#include "luge/train/stages.h"
#include "luge/train/task.h"
#include "luge/train/trainer.h"
#include "luge/train/watching.h"
#include "luge/variable.h"

/// @mainpage
/// The programming interface of Luge, generated from the comments in include/luge. README.md is the page to
/// start; this reference states shapes, dtypes and errors of each function.

/// @namespace luge
/// Tensors, the functions on them, differentiation and compilation.

/// @namespace luge::random
/// The random generator and tensors of random numbers.

/// @namespace luge::graph
/// Placeholders, operations and sessions, in the manner of TensorFlow 1.

/// @namespace luge::init
/// Initializers: how parameters begin.

/// @namespace luge::nn
/// Layers and networks.

/// @namespace luge::loss
/// Losses: what a training minimizes.

/// @namespace luge::metrics
/// Metrics: figures over many batches.

/// @namespace luge::optim
/// Optimizers and learning-rate schedules.

/// @namespace luge::optim::schedule
/// Learning-rate schedules.

/// @namespace luge::optim::regularizer
/// Penalties on the size of parameters.

/// @namespace luge::optim::constraint
/// What parameters are made to fulfill after each step.

/// @namespace luge::data
/// Data sets, the views on them, and batches.

/// @namespace luge::models
/// The gallery of networks that Luge knows by name.

/// @namespace luge::data::steps
/// The steps of recipes.

/// @namespace luge::draw
/// Figures: curves, confusion matrices and picture grids as PNG and SVG.

/// @namespace luge::tasks
/// What networks learn: tasks by name, and tasks of your own.

/// @namespace luge::train
/// The trainer and its callbacks.

/// @namespace luge::io
/// Files: models, tables, pictures and the IDX format.
