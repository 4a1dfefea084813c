"""Learning rates by step, a function a schedule: (flavor, base, steps, arguments) to a list, in the framework's own words."""


def constant(flavor, base, steps):
    return [base] * steps


def exponential(flavor, base, steps, rate, every, staircase=False):
    if flavor == "keras":
        import keras

        schedule = keras.optimizers.schedules.ExponentialDecay(base, every, rate, staircase)
        return [float(schedule(step)) for step in range(steps)]
    if flavor == "pytorch":
        from torch.optim import lr_scheduler

        if staircase:
            return torch_rates(base, steps, lambda optimizer: lr_scheduler.StepLR(optimizer, every, rate))
        return torch_rates(base, steps, lambda optimizer: lr_scheduler.ExponentialLR(optimizer, rate ** (1 / every)))
    return [base * rate ** (step // every if staircase else step / every) for step in range(steps)]


def torch_rates(base, steps, scheduler):
    """The rates that a scheduler of PyTorch sets, stepped after each update."""
    import torch

    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=base)
    scheduler, rates = scheduler(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


SCHEDULES = {"constant": constant, "exponential": exponential}


def rates(case, flavor, base):
    name, arguments = case.schedule
    return SCHEDULES[name](flavor, base, case.steps, **arguments)
