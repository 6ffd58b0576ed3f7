"""The recipes' numbers: `PAPERS` has each paper's own, `LESSONS` what changes for minutes on two processor cores.

A paper that names no exception from weight decay has none here. Caffe's nets leave the biases out. `departures` says
what else the paper does; among it the subtraction of means, which a recipe cannot do: it needs all training images
first, `course.data.preprocessing.pixel_means` or `channel_means`. Validation is by one crop from the middle, where the
papers of ImageNet's nets average several; their tables need `ten_crops`.
"""

from course.training.schedules import Exponential, Plateau, Steps, WarmUp

FLIP = ("random_flip", {})
SHORTER_256 = ("rescale_shorter_side", {"size": 256})
CROP_224 = ("random_crop", {"size": 224})
MIDDLE_224 = (SHORTER_256, ("center_crop", {"size": 224}))
# Principal components of ImageNet's colours, pixels from 0 to 1, as fb.resnet.torch lists them (datasets/imagenet.lua).
COLOURS = (
    "pca_colour",
    {
        "eigenvalues": (0.2175, 0.0188, 0.0045),
        "eigenvectors": ((-0.5675, 0.7192, 0.4009), (-0.5808, -0.0045, -0.8140), (-0.5836, -0.6948, 0.4203)),
    },
)
CAFFE = {"decay_vectors": False, "vector_rate": 2.0}  # decay_mult 0 and lr_mult 2 of the biases

PAPERS = {
    "lenet5": {
        "source": "LeCun et al. 1998, section III.C and appendix C: 20 passes, an update an image",
        "departures": "the paper divides its rates 5e-4, 2e-4, 1e-4, 5e-5, 1e-5 by 0.02 plus an estimate of each "
        "weight's curvature; here that is 0, so the rates are the largest it could take; pixels of -0.1 to 1.175 are "
        "yours to make",
        "epochs": 20,
        "batch_size": 1,
        "learning_rate": 0.025,
        "momentum": 0.0,
        "schedule": Steps(at=(2 / 20, 5 / 20, 8 / 20, 12 / 20), to=(0.4, 0.2, 0.1, 0.02)),
    },
    "alexnet": {
        "source": "Krizhevsky et al. 2012, sections 4.1 and 5",
        "departures": "the mean image is yours to subtract; crops of 227, not the 224 printed, make the maps of 55×55; "
        "the authors lowered the rate by hand, three times, and the plateau's patience is chosen here",
        "epochs": 90,
        "batch_size": 128,
        "learning_rate": 0.01,
        "l2": 5e-4,
        "schedule": Plateau(),
        "augment": (SHORTER_256, ("center_crop", {"size": 256}), ("random_crop", {"size": 227}), FLIP, COLOURS),
        "evaluation": (SHORTER_256, ("center_crop", {"size": 227})),
    },
    "zfnet": {
        "source": "Zeiler and Fergus 2014, section 3.1",
        "departures": "the mean image is yours to subtract; the rate was lowered by hand; filters of a root mean "
        "square above "
        "0.1 are not renormalised; "
        "crops are drawn at random, where the paper takes the corners and the centre",
        "epochs": 70,
        "batch_size": 128,
        "learning_rate": 0.01,
        "schedule": Plateau(),
        "augment": (SHORTER_256, ("center_crop", {"size": 256}), CROP_224, FLIP),
        "evaluation": MIDDLE_224,
    },
    "vgg": {
        "source": "Simonyan and Zisserman 2015, section 3.1: 370,000 iterations",
        "departures": "the channels' means are yours to subtract; the plateau's patience is chosen here; the deeper "
        "nets "
        "start from net A's layers: see lesson 05",
        "epochs": 74,
        "batch_size": 256,
        "learning_rate": 0.01,
        "l2": 5e-4,
        "schedule": Plateau(),
        "augment": (SHORTER_256, CROP_224, FLIP, COLOURS),
        "evaluation": MIDDLE_224,
    },
    "minivgg": {
        "source": "no paper: the course's own, on CIFAR-10",
        "departures": "",
        "epochs": 40,
        "batch_size": 64,
        "learning_rate": 0.01,
        "nesterov": True,
        "schedule": Steps(at=(0.5, 0.75), to=(0.1, 0.01)),
        "augment": (("pad_and_crop", {"padding": 4}), FLIP),
    },
    "nin": {
        "source": "Lin et al. 2014, section 4, with the authors' Caffe solver for CIFAR-10: 120,000 iterations",
        "departures": "no global contrast normalisation and no ZCA whitening; the last layer learns as fast as the "
        "others (a tenth in the solver)",
        "epochs": 307,
        "batch_size": 128,
        "learning_rate": 0.1,
        "l2": 1e-4,
        **CAFFE,
        "schedule": Steps(at=(100 / 120,), to=(0.1,)),
        "augment": (("pad_and_crop", {"padding": 4}), FLIP),
    },
    "googlenet": {
        "source": "Szegedy et al. 2015, section 6: momentum 0.9, the rate 4 % lower every 8 epochs; "
        "first rate, decay, batch and length, which it does not print, are of BVLC's Caffe release",
        "departures": "the channels' means are yours to subtract; updates in step where the paper's were "
        "asynchronous; no Polyak average, "
        "no photometric distortions",
        "epochs": 60,
        "batch_size": 32,
        "learning_rate": 0.01,
        "l2": 2e-4,
        **CAFFE,
        "schedule": Exponential(factor=0.96, epochs=8),
        "augment": (("inception_crop", {"size": 224}), FLIP),
        "evaluation": MIDDLE_224,
    },
    "resnet_imagenet": {
        "source": "He et al. 2016, section 3.4: 600,000 iterations at most",
        "departures": "the mean image is yours to subtract; the plateau's patience is chosen here",
        "epochs": 120,
        "batch_size": 256,
        "learning_rate": 0.1,
        "l2": 1e-4,
        "schedule": Plateau(),
        "augment": (("jitter_shorter_side", {"low": 256, "high": 480}), CROP_224, FLIP, COLOURS),
        "evaluation": MIDDLE_224,
    },
    "resnet_cifar": {
        "source": "He et al. 2016, section 4.2: 64,000 iterations on 45,000 images, ÷10 at 32,000 and 48,000",
        "departures": "the mean image is yours to subtract",
        "epochs": 182,
        "batch_size": 128,
        "learning_rate": 0.1,
        "l2": 1e-4,
        "schedule": Steps(at=(0.5, 0.75), to=(0.1, 0.01)),
        "augment": (("pad_and_crop", {"padding": 4}), FLIP),
    },
    "resnet110_cifar": {
        "source": "He et al. 2016, section 4.2: as the shallower nets, after a warm-up",
        "departures": "the mean image is yours to subtract; the warm-up ends after 400 iterations, where the paper "
        "waits for a training error below 80 %, "
        '"about 400 iterations"',
        "epochs": 182,
        "batch_size": 128,
        "learning_rate": 0.1,
        "l2": 1e-4,
        "schedule": Steps(at=(0.5, 0.75), to=(0.1, 0.01)),
        "warm_up": WarmUp(rate=0.01, iterations=400),
        "augment": (("pad_and_crop", {"padding": 4}), FLIP),
    },
    "densenet_imagenet": {
        "source": "Huang et al. 2017, section 4.2: ÷10 at epochs 30 and 60",
        "departures": "the channels' means and deviations are yours to normalise by; the augmentation is that of "
        "fb.resnet.torch, which the authors took over, "
        "without its changes of brightness, contrast and saturation",
        "epochs": 90,
        "batch_size": 256,
        "learning_rate": 0.1,
        "nesterov": True,
        "l2": 1e-4,
        "schedule": Steps(at=(30 / 90, 60 / 90), to=(0.1, 0.01)),
        "augment": (("inception_crop", {"size": 224}), FLIP, COLOURS),
        "evaluation": MIDDLE_224,
    },
    "densenet_cifar": {
        "source": "Huang et al. 2017, section 4.2: ÷10 at 50 % and 75 % of the epochs",
        "departures": "the channels' means and deviations are yours to normalise by",
        "epochs": 300,
        "batch_size": 64,
        "learning_rate": 0.1,
        "nesterov": True,
        "l2": 1e-4,
        "schedule": Steps(at=(0.5, 0.75), to=(0.1, 0.01)),
        "augment": (("pad_and_crop", {"padding": 4}), FLIP),
    },
    "fcn": {
        "source": "Long et al. 2015, section 4.3: 20 images, VGG-16's rate of 1e-4, twice that for biases; "
        '"at least 175 epochs" (Table 1)',
        "departures": "the channels' means are yours to subtract; the 16s net goes on from the 32s net at a hundredth "
        "of the rate: see lesson 09",
        "epochs": 175,
        "batch_size": 20,
        "learning_rate": 1e-4,
        "l2": 5e-4,
        **CAFFE,
    },
    "fast_rcnn": {
        "source": "Girshick 2015, section 2.3: 30,000 iterations at 1e-3 and 10,000 at 1e-4, two images each",
        "departures": "the channels' means are yours to subtract; flips turn the boxes too, so they are the data's: "
        "see "
        "lesson 10",
        "epochs": 16,
        "batch_size": 2,
        "learning_rate": 1e-3,
        "l2": 5e-4,
        **CAFFE,
        "schedule": Steps(at=(30 / 40,), to=(0.1,)),
    },
    "faster_rcnn": {
        "source": "Ren et al. 2015, section 3.1.3: 60,000 iterations at 1e-3 and 20,000 at 1e-4, an image each",
        "departures": "the channels' means are yours to subtract; flips turn the boxes too, so they are the data's: "
        "see "
        "lesson 10",
        "epochs": 16,
        "batch_size": 1,
        "learning_rate": 1e-3,
        "l2": 5e-4,
        **CAFFE,
        "schedule": Steps(at=(60 / 80,), to=(0.1,)),
    },
}

# No flips: the lessons' images are of letters and digits, and a mirrored letter is another one.
SHIFTS = (("pad_and_crop", {"padding": 2}),)
SHORT = {"epochs": 8, "batch_size": 32, "images": 4096, "augment": SHIFTS, "evaluation": ()}
LATE = Steps(at=(0.5, 0.75), to=(0.1, 0.01))

LESSONS = {
    "lenet5": {"epochs": 12, "batch_size": 16, "momentum": 0.9, "learning_rate": 0.02},
    "alexnet": SHORT | {"schedule": LATE},
    "zfnet": SHORT | {"schedule": LATE},
    "vgg": SHORT | {"schedule": LATE},
    "minivgg": SHORT,
    "nin": SHORT | {"learning_rate": 0.02},
    "googlenet": SHORT | {"schedule": LATE},
    "resnet_imagenet": SHORT | {"learning_rate": 0.02, "schedule": LATE},
    "resnet_cifar": SHORT | {"learning_rate": 0.02},
    "resnet110_cifar": SHORT | {"learning_rate": 0.02, "warm_up": WarmUp(rate=0.002, iterations=100)},
    "densenet_imagenet": SHORT | {"learning_rate": 0.02},
    "densenet_cifar": SHORT | {"learning_rate": 0.02},
    "fcn": {"epochs": 8, "batch_size": 16, "learning_rate": 0.02, "images": 1024},
    "fast_rcnn": {"epochs": 4, "images": 512},
    "faster_rcnn": {"epochs": 4, "images": 512},
}
