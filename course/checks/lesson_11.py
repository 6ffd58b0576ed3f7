"""The exercise of lesson 11, the whole family."""

from course.checks import lesson_11_checks
from course.checks.exercise import Exercise

EXERCISES = (
    Exercise(
        id="own-net",
        title="A net of your own",
        wanted="the trained model, or a function own_net() that returns it: at most 20,000 parameters, trained on "
        'load("glyphs", split="train") with pixels from 0 to 1',
        check=lesson_11_checks.own_net,
        hints=(
            "Where do a net's parameters go? `model.summary()` says it layer by layer. A dense layer after a large map "
            "takes most of them: halve the map two or three times before, or average it.",
            "Three convolutions of 3×3 with 16 to 48 filters, batch normalisation and ReLU after each, and a pooling "
            "of 2×2 have room in 20,000. Remember what two small kernels cost against one large.",
            "Batch normalisation's averages follow slowly, by 1 % a batch: after two or three epochs they lag behind, "
            "and the test images come out wrong though the training images do not. Train for longer, or take "
            "`BatchNormalization(momentum=0.9)`.",
        ),
        explanation="From LeNet-5 to DenseNet each net spends its parameters otherwise: LeNet-5 and VGG on the first "
        "dense layer, GoogLeNet and ResNet mostly on convolutions, DenseNet on few maps a layer and on using all of "
        "them again. Small kernels, batch normalisation and early pooling let a net of 20,000 parameters pass LeNet-5, "
        "which has three times as many. But parameters are one cost of four: multiply-accumulates, memory and time are "
        "the others, and a net that is best by one may be worst by another. That is why the lesson draws accuracy "
        "against more than one.",
        citation="Canziani, Paszke and Culurciello 2016, An Analysis of Deep Neural Network Models for Practical "
        "Applications",
        link="https://arxiv.org/abs/1605.07678",
        seconds=300,
    ),
)
