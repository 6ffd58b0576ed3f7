"""Grade a class: submissions to scores, with nbgrader's rules and in processes that do not trust each other.

The grader holds the lessons, the journal and the gradebook. It executes nothing of a learner's.

    grader ──── fork server (has imported TensorFlow and Keras, run no operation, and knows no lesson)
      │              ├─ fork: learner's process   runs the submission's cells
      └──────────────┴─ fork: tests' process      runs the tests, and alone says how they went

For each submission the fork server forks two processes. The learner's process gets the cells of the submission, and no
test. The tests' process gets the lesson's tests and imports, and calls the learner's functions in the other process:
between the two pass built-in types, arrays, and Keras models and layers as configurations of allow-listed classes with
weights. Nothing that passes is ever unpickled, evaluated or imported by the name that a learner gives it. What the
learner's process says of itself counts as an answer, never as a score.

Each process has, where the system allows it, its own user and tmpfs and its own mount, PID, IPC and network namespace:
it sees Python, its packages and the course's package, and neither solutions nor submissions nor the gradebook.
`course.grading.sandbox` says what is on. A cell has a time limit: SIGINT first, then SIGKILL. A submission whose
process dies goes on in a new one without the cell that killed it.
"""
